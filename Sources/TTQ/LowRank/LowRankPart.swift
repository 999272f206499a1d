package import Kernels

/// The part of a linear problem's weights that is not quantized, and what is left of the rest.
package struct LowRankPart: Sendable {
  package let factors: LowRankFactors
  /// max|W - B A| of the stored factors.
  package let largestRest: Float

  init(factors: LowRankFactors, largestRest: Float) {
    self.factors = factors
    self.largestRest = largestRest
  }

  /// The best factors of `weights`; nil where the decomposition does not converge.
  init?(_ weights: LinearWeights, rank: Int, blas: OpenBLAS) {
    let values = weights.parts.flatMap { $0.floats() }
    guard let (b, a) = blas.truncatedSVD(values, n: weights.n, k: weights.k, rank: rank) else { return nil }
    let factors = LowRankFactors(b: b, a: a, rank: rank)
    let stored = factors.stored
    var largest: Float = 0
    var rest = [Float](repeating: 0, count: weights.k)
    for row in 0..<weights.n {
      for channel in 0..<weights.k { rest[channel] = values[row * weights.k + channel] }
      for column in 0..<rank {
        let factor = stored.b[row * rank + column]
        for channel in 0..<weights.k { rest[channel] -= factor * stored.a[column * weights.k + channel] }
      }
      for channel in 0..<weights.k { largest = max(largest, abs(rest[channel])) }
    }
    self.init(factors: factors, largestRest: largest)
  }
}
