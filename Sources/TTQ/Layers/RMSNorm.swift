internal import Kernels

/// y = weight * x / sqrt(mean of x^2 + epsilon), row by row.
struct RMSNorm: Sendable {
  let weight: [Float]
  let epsilon: Float

  /// Normalises the first `tokens` rows of `x`, as wide as `weight`, into `y`.
  func callAsFunction(_ x: borrowing TokenRows, _ tokens: Int, into y: inout TokenRows, pool: ThreadPool) {
    let width = weight.count
    precondition(x.width == width && y.width == width)
    var y = y.mutable(tokens)
    unsafe x.rows(0..<tokens).withUnsafeBufferPointer { x in
      unsafe y.withUnsafeMutableBufferPointer { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        unsafe pool.divide(tokens: tokens) { share in
          for token in share { unsafe normalize(x + token * width, into: y + token * width) }
        }
      }
    }
  }

  /// One row; `x` and `y` may be the same.
  @unsafe func normalize(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>) {
    let scale = unsafe 1 / (Self.sumOfSquares(x, count: weight.count) / Float(weight.count) + epsilon).squareRoot()
    unsafe weight.withUnsafeBufferPointer { weight in
      for i in weight.indices { unsafe y[i] = x[i] * scale * weight[i] }
    }
  }

  /// Sixteen sums side by side: one alone would be a chain of additions, each waiting for the last.
  private static func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Float {
    let vectors = count / 16 * 16
    var sums = SIMD16<Float>(repeating: 0)
    for i in stride(from: 0, to: vectors, by: 16) {
      let values = unsafe UnsafeRawPointer(x + i).loadUnaligned(as: SIMD16<Float>.self)
      sums += values * values
    }
    var sum = sums.sum()
    for i in vectors..<count { sum += unsafe x[i] * x[i] }
    return sum
  }
}
