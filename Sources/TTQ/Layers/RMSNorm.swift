/// y = weight * x / sqrt(mean of x^2 + epsilon), row by row.
struct RMSNorm: RowNorm {
  let weight: [Float]
  let epsilon: Float

  @unsafe func normalize(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>) {
    let squares = unsafe SIMD16<Float>.sum(of: x, count: weight.count) { $0 * $0 }
    let scale = 1 / (squares / Float(weight.count) + epsilon).squareRoot()
    unsafe weight.withUnsafeBufferPointer { weight in
      for i in weight.indices { unsafe y[i] = x[i] * scale * weight[i] }
    }
  }
}
