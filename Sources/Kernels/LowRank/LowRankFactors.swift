internal import CKernels

/// The factors B (N x r) and A (r x K) of the part of a weight matrix that is not quantized (method.md, step 3), stored as bf16.
package struct LowRankFactors: Sendable {
  package let n: Int
  package let k: Int
  package let rank: Int
  /// N rows of r, the last one repeated to fill a panel.
  private let b: [UInt16]
  /// r rows of K.
  private let a: [UInt16]

  /// The least magnitude that is kept: the product of two such is exact in f32, so that kernels may fuse or not.
  package static let leastMagnitude: Float = 0x1p-67

  /// Factors from row-major f32 matrices, `b` of N x r and `a` of r x K, rounded to the nearest bf16. What is below
  /// `leastMagnitude` becomes 0.
  package init(b: [Float], a: [Float], rank: Int) {
    precondition(rank > 0 && b.count.isMultiple(of: rank) && a.count.isMultiple(of: rank))
    self.rank = rank
    n = b.count / rank
    k = a.count / rank
    precondition(n > 0 && k > 0)
    let padded = (n..<Int(ttq_padded_n(n))).flatMap { [n] _ in b[(n - 1) * rank..<n * rank] }
    self.b = (b + padded).map(Self.rounded)
    self.a = a.map(Self.rounded)
  }

  /// The stored values as f32: N rows of r, and r rows of K. The residual of the weights is taken from these.
  package var stored: (b: [Float], a: [Float]) {
    (
      b.prefix(n * rank).map { Float(bitPattern: UInt32($0) << 16) }, a.map { Float(bitPattern: UInt32($0) << 16) }
    )
  }

  /// The factors of some rows of the matrix.
  package func rows(_ chosen: [Int]) -> LowRankFactors {
    let (b, a) = stored
    return LowRankFactors(b: chosen.flatMap { b[$0 * rank..<($0 + 1) * rank] }, a: a, rank: rank)
  }

  /// The bf16 nearest to `value`, of two equally near the even one; 0 for what is below `leastMagnitude`.
  package static func rounded(_ value: Float) -> UInt16 {
    guard value.magnitude >= leastMagnitude else { return 0 }
    let bits = value.bitPattern
    return UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
  }

  /// Calls `body` with the factors as the kernels take them; they are valid during the call.
  @unsafe func withFactors<Result>(_ body: (ttq_low_rank) -> Result) -> Result {
    unsafe b.withUnsafeBufferPointer { b in
      unsafe a.withUnsafeBufferPointer { a in
        unsafe body(ttq_low_rank(rank: rank, b: b.baseAddress, a: a.baseAddress))
      }
    }
  }
}
