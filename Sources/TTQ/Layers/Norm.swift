internal import Kernels

/// A norm over the rows of activations.
enum Norm: Sendable {
  case rootMeanSquare(RMSNorm)
  case layer(LayerNorm)

  /// Normalises the first `tokens` rows of `x`, as wide as the norm's weights, into `y`.
  func callAsFunction(_ x: borrowing TokenRows, _ tokens: Int, into y: inout TokenRows, pool: ThreadPool) {
    switch self {
    case .rootMeanSquare(let norm): norm.apply(x, tokens, into: &y, pool: pool)
    case .layer(let norm): norm.apply(x, tokens, into: &y, pool: pool)
    }
  }
}

/// A norm that knows one row.
protocol RowNorm: Sendable {
  /// One factor for each element of a row.
  var weight: [Float] { get }
  /// One row, as wide as `weight`; `x` and `y` may be the same.
  @unsafe func normalize(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>)
}

extension RowNorm {
  fileprivate func apply(_ x: borrowing TokenRows, _ tokens: Int, into y: inout TokenRows, pool: ThreadPool) {
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
}

extension SIMD16<Float> {
  /// The sum of `term` of `count` elements. Sixteen sums stand side by side: one alone would be a chain of additions, each waiting for
  /// the last.
  @inline(__always) @unsafe static func sum(
    of x: UnsafePointer<Float>, count: Int, _ term: (SIMD16<Float>) -> SIMD16<Float>
  ) -> Float {
    let vectors = count / 16 * 16
    var sums = SIMD16<Float>(repeating: 0)
    for i in stride(from: 0, to: vectors, by: 16) {
      sums += unsafe term(UnsafeRawPointer(x + i).loadUnaligned(as: SIMD16<Float>.self))
    }
    var sum = sums.sum()
    for i in vectors..<count { sum += unsafe term(SIMD16(repeating: x[i]))[0] }
    return sum
  }
}
