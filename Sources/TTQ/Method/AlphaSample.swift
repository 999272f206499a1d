internal import Kernels
internal import Records

/// Some rows of a matrix, by which alpha is chosen for a prompt: quantized for each candidate, they show what error it leaves.
struct AlphaSample: ~Copyable {
  private let rows: WeightRows
  private let weights: LinearWeights
  private let chosen: [Int]
  private var packed: PackedMatrix
  private var search: RangeWeights
  private let lowRank: LowRankFactors?

  /// What is tried first; then the two that lie half a step beside the best.
  private static let candidates = stride(from: 0, through: 1, by: step)
  private static let step = 0.25

  /// Rows spread evenly over `weights`.
  init(_ weights: LinearWeights, lowRank: LowRankFactors?, format: WeightFormat, layout: PackedLayout) {
    let count = min(Problem.sampledRows, weights.n)
    self.weights = weights
    chosen = (0..<count).map { $0 * weights.n / count }
    let parts = unsafe chosen.map { row in unsafe (start: weights.pointer(row: row), rows: 1) }
    rows = unsafe WeightRows(parts: parts, k: weights.k, element: weights.element)
    packed = PackedMatrix(n: count, k: weights.k, format: format, layout: layout)
    search = RangeWeights(n: count, k: weights.k)
    self.lowRank = lowRank?.rows(chosen)
  }

  /// What a choice of alpha comes to.
  struct Choice {
    var alpha: Double
    /// log D
    var logarithms: [Double]
    /// The activation-weighted error over the sampled rows, relative to the power of the loudest input.
    var error: Double
  }

  /// The choice of least error, among those of `rule`; nil where a norm is not finite.
  mutating func choose(
    norms: [Double], rule: ScaleRule, largestWeight: Float, quantize: Quantize, pool: ThreadPool
  ) -> Choice? {
    guard let even = rule.logarithms(norms: norms, alpha: 0.5) else { return nil }
    var best = Choice(alpha: 0.5, logarithms: even, error: .infinity)
    func attempt(_ alpha: Double) {
      guard let logarithms = rule.logarithms(norms: norms, alpha: alpha) else { return }
      let error = error(norms, logarithms, largestWeight: largestWeight, quantize: quantize, pool: pool)
      if error < best.error { best = Choice(alpha: alpha, logarithms: logarithms, error: error) }
    }
    if case .fixed(let alpha) = rule.alpha {
      attempt(alpha)
      return best
    }
    for alpha in Self.candidates { attempt(alpha) }
    let middle = best.alpha
    for alpha in [middle - Self.step / 2, middle + Self.step / 2] where (0...1).contains(alpha) { attempt(alpha) }
    return best
  }

  /// The power of the sampled rows' outputs in the unit of `Choice.error`, inputs taken as independent.
  func power(norms: [Double]) -> Double {
    guard let top = norms.max(), top > 0 else { return 0 }
    return chosen.reduce(0.0) { sum, row in
      let start = unsafe weights.pointer(row: row)
      return norms.indices.reduce(sum) { sum, channel in
        let part = Double(unsafe weights.element.widen(start, index: channel)) * norms[channel] / top
        return sum + part * part
      }
    }
  }

  /// The activation-weighted error that D of these logarithms leaves; infinite where a scale or minimum is beyond f16.
  private mutating func error(
    _ norms: [Double], _ logarithms: [Double], largestWeight: Float, quantize: Quantize, pool: ThreadPool
  ) -> Double {
    let fit = ScaleRule.fit(logarithms: logarithms, largestWeight: largestWeight)
    let scale = ScaleRule.scale(logarithms: logarithms, fit: fit)
    search.weigh(norms: norms, logarithms: logarithms)
    guard quantize(rows, lowRank: lowRank, d: scale.span, search: search, into: &packed, pool: pool) else {
      return .infinity
    }
    return (0..<rows.n).reduce(0.0) { $0 + Double(search.error[$1]) } / (fit * fit)
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
