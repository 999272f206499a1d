internal import Kernels
package import Records

/// A width of codes for each linear problem of a model, within a budget of effective bits a weight.
///
/// A prompt runs once in full precision. What it says of each problem's inputs gives, on a sample of rows, the share of the output's power
/// that codes of each width lose. From 2 bits everywhere, the widening that saves most of that share for each bit that it adds is taken until
/// none fits. Weights count alike, so that budgets of equal widths come out as such: orders that put the stream's loudest layers first lost
/// to them (Reports/quality).
package struct BitAllocation: Sendable {
  /// By the names of the problems that are quantized.
  package let formats: [String: WeightFormat]

  /// Chooses for `prompt`, of which at most a chunk counts, with the group, side information, alpha and search of `options`.
  package init(
    _ model: LanguageModel, prompt: [Int], budget: Double, options: SessionOptions
  ) throws(EngineError) {
    let widths = WeightFormat.supportedBits.compactMap {
      WeightFormat(bits: $0, group: options.format.group, side: options.format.side)
    }
    let losses = try Self.losses(model, prompt, widths, options)
    let weights = losses.reduce(0.0) { $0 + $1.weights }
    func bits(_ problem: Loss, _ width: Int) -> Double { widths[width].effectiveBits(k: problem.k) * problem.weights }
    var chosen = [Int](repeating: 0, count: losses.count)
    var left = losses.reduce(budget * weights) { $0 - bits($1, 0) - $1.otherBits * $1.weights }
    guard left >= 0 else {
      let least = budget - left / weights
      throw .invalidOption(
        "a budget of \(budget) bits a weight: expected at least \(Self.rounded(least)), what 2-bit codes take")
    }
    while true {
      var best: (gain: Double, index: Int, cost: Double)?
      for (index, problem) in losses.enumerated() where chosen[index] + 1 < widths.count {
        let width = chosen[index]
        let cost = bits(problem, width + 1) - bits(problem, width)
        let gain = (problem.shares[width] - problem.shares[width + 1]) * problem.weights / cost
        if cost <= left, gain > best?.gain ?? -1 { best = (gain, index, cost) }
      }
      guard let best else { break }
      chosen[best.index] += 1
      left -= best.cost
    }
    let pairs = zip(losses, chosen).map { ($0.name, widths[$1]) }
    formats = Dictionary(pairs) { _, last in last }
  }

  /// What each width loses in one problem.
  private struct Loss {
    let name: String
    let k: Int
    let weights: Double
    /// Bits a weight that the width does not change.
    let otherBits: Double
    /// Of the output's power, for each width.
    let shares: [Double]
  }

  private static func losses(
    _ model: LanguageModel, _ prompt: [Int], _ widths: [WeightFormat], _ options: SessionOptions
  ) throws(EngineError) -> [Loss] {
    var measuring = options
    measuring.method = .ttq
    measuring.prefill = .exact
    measuring.rule.alpha = .fixed(0.5)
    measuring.search = 0
    measuring.correctsBias = false
    measuring.formats = [:]
    let tokens = Array(prompt.prefix(options.chunk))
    measuring.context = max(tokens.count, 1)
    let session = try Session(model, measuring)
    try session.prefill(tokens)
    return try session.lostShares(of: widths, options: options).map { linear, shares in
      Loss(
        name: linear.weights.name, k: linear.weights.k, weights: Double(linear.weights.n * linear.weights.k),
        otherBits: linear.lowRankBits, shares: shares)
    }
  }

  private static func rounded(_ bits: Double) -> Double { (bits * 100).rounded(.up) / 100 }
}
