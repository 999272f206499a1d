internal import Kernels
internal import Records

/// Some rows of a matrix, by which alpha is chosen for a prompt: quantized for each candidate, they show what error it leaves.
struct AlphaSample: ~Copyable {
  private let rows: WeightRows
  private var packed: PackedMatrix
  private var search: RangeWeights
  private let lowRank: LowRankFactors?

  /// Rows that are sampled at most: with more of them the choice hardly changes (method.md).
  static let limit = 32
  static let candidates = [0, 0.25, 0.5, 0.75, 1]

  /// Rows spread evenly over `weights`.
  init(_ weights: LinearWeights, lowRank: LowRankFactors?, format: WeightFormat, layout: PackedLayout) {
    let count = min(Self.limit, weights.n)
    let chosen = (0..<count).map { $0 * weights.n / count }
    let parts = unsafe chosen.map { row in unsafe (start: weights.pointer(row: row), rows: 1) }
    rows = unsafe WeightRows(parts: parts, k: weights.k, element: weights.element)
    packed = PackedMatrix(n: count, k: weights.k, format: format, layout: layout)
    search = RangeWeights(n: count, k: weights.k)
    self.lowRank = lowRank?.rows(chosen)
  }

  /// The logarithms of D for the candidate of least activation-weighted error; nil where a norm is not finite.
  mutating func logarithms(
    norms: [Double], rule: ScaleRule, largestWeight: Float, quantize: Quantize, pool: ThreadPool
  ) -> [Double]? {
    var best: (error: Double, logarithms: [Double])?
    for alpha in Self.candidates {
      guard let logarithms = rule.logarithms(norms: norms, alpha: alpha) else { return nil }
      let fit = ScaleRule.fit(logarithms: logarithms, largestWeight: largestWeight)
      let scale = ScaleRule.scale(logarithms: logarithms, fit: fit)
      search.weigh(norms: norms, logarithms: logarithms)
      guard quantize(rows, lowRank: lowRank, d: scale.span, search: search, into: &packed, pool: pool) else { continue }
      let error = (0..<rows.n).reduce(0.0) { $0 + Double(search.error[$1]) } / (fit * fit)
      if error < best?.error ?? .infinity { best = (error, logarithms) }
    }
    return best?.logarithms ?? rule.logarithms(norms: norms, alpha: 0.5)
  }
}

extension RangeWeights {
  /// Sets the weights so that an error of a scaled weight counts as that of the weight does times the power of its input: n^2 / D^2,
  /// relative to the greatest norm; 1 where nothing is known of the inputs.
  mutating func weigh(norms: [Double], logarithms: [Double]) {
    let top = norms.max() ?? 0
    for channel in 0..<weight.count {
      let norm = top > 0 ? norms[channel] / top / ScaleRule.factor(logarithms[channel]) : 1
      weight[channel] = Float(norm * norm)
    }
  }
}
