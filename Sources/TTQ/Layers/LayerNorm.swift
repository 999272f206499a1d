/// y = weight * (x - mean) / sqrt(variance + epsilon) + bias, row by row.
struct LayerNorm: RowNorm {
  let weight: [Float]
  let bias: [Float]
  let epsilon: Float

  @unsafe func normalize(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>) {
    let count = Float(weight.count)
    let mean = unsafe SIMD16<Float>.sum(of: x, count: weight.count) { $0 } / count
    // In a second pass, as the difference of two sums would lose the variance of rows far from 0.
    let squares = unsafe SIMD16<Float>.sum(of: x, count: weight.count) { ($0 - mean) * ($0 - mean) }
    let scale = 1 / (squares / count + epsilon).squareRoot()
    unsafe weight.withUnsafeBufferPointer { weight in
      unsafe bias.withUnsafeBufferPointer { bias in
        for i in weight.indices { unsafe y[i] = (x[i] - mean) * scale * weight[i] + bias[i] }
      }
    }
  }
}
