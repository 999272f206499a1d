internal import Glibc

extension RotaryScaling {
  /// The parameters of YaRN (Peng et al., arXiv 2309.00071), as transformers' `_compute_yarn_parameters` takes them: of the original
  /// positions, frequencies that turn `fastTurns` times and more stay, those that turn `slowTurns` times and less are divided by `factor`, those
  /// between are blended by their number; and queries and keys are lengthened, so that scores do not flatten in long contexts.
  package struct YaRN: Hashable, Sendable {
    package let factor: Double
    package let originalPositions: Int
    package let fastTurns: Double
    package let slowTurns: Double
    /// Whether blending begins and ends at whole numbers.
    package let rounds: Bool
    /// What sines and cosines are multiplied by.
    package let length: Double

    /// The usual parameters, and the length that goes with the factor.
    init(factor: Double, originalPositions: Int, fastTurns: Double = 32, slowTurns: Double = 1) {
      self.factor = factor
      self.originalPositions = originalPositions
      self.fastTurns = fastTurns
      self.slowTurns = slowTurns
      rounds = true
      length = Self.length(factor)
    }

    private static func length(_ factor: Double, scale: Double = 1) -> Double {
      factor <= 1 ? 1 : 0.1 * scale * log(factor) + 1
    }
  }
}

extension RotaryScaling.YaRN {
  /// From `config.json`; `positions` are the original ones where `field` does not say them.
  init(_ field: JSONField, positions: JSONField) throws(ModelFileError) {
    let original = field["original_max_position_embeddings"].ifPresent ?? positions
    factor = try field["factor"].positive()
    originalPositions = try original.integer(in: ModelConfiguration.Limit.positions)
    fastTurns = try field["beta_fast"].ifPresent?.positive() ?? 32
    slowTurns = try field["beta_slow"].ifPresent?.positive() ?? 1
    guard slowTurns < fastTurns else { throw field["beta_fast"].expected("more than beta_slow \(slowTurns)") }
    rounds = try field["truncate"].bool(or: true)
    let scale = try field["mscale"].ifPresent?.number() ?? 0
    let every = try field["mscale_all_dim"].ifPresent?.number() ?? 0
    if let length = try field["attention_factor"].ifPresent?.positive() {
      self.length = length
    } else if scale != 0, every != 0 {
      length = Self.length(factor, scale: scale) / Self.length(factor, scale: every)
    } else {
      length = Self.length(factor)
    }
    guard length > 0, length.isFinite else { throw field["mscale_all_dim"].expected("a length above 0") }
  }

  /// From a GGUF file, whose other ways to say the length differ between its writers and readers.
  init(_ key: (String) -> JSONField) throws(ModelFileError) {
    for (name, usual) in ["yarn_ext_factor": 1.0, "attn_factor": 1, "yarn_attn_factor": 1, "yarn_log_multiplier": 0] {
      let field = key("rope.scaling.\(name)")
      guard try field.ifPresent?.number() ?? usual == usual else { throw field.unsupported("\(usual)") }
    }
    let original = key("rope.scaling.original_context_length").ifPresent ?? key("context_length")
    self.init(
      factor: try key("rope.scaling.factor").positive(),
      originalPositions: try original.integer(in: ModelConfiguration.Limit.positions),
      fastTurns: try key("rope.scaling.yarn_beta_fast").ifPresent?.positive() ?? 32,
      slowTurns: try key("rope.scaling.yarn_beta_slow").ifPresent?.positive() ?? 1)
    guard slowTurns < fastTurns else {
      throw key("rope.scaling.yarn_beta_fast").expected("more than yarn_beta_slow \(slowTurns)")
    }
  }

  /// `frequencies` of a head of twice as many elements, which fall as the powers of `theta`, for long contexts.
  package func scaled(_ frequencies: [Double], theta: Double) -> [Double] {
    let dimension = Double(2 * frequencies.count)
    /// The number, not whole, of the frequency that turns so often within the original positions.
    func number(_ turns: Double) -> Double {
      dimension * log(Double(originalPositions) / (turns * 2 * .pi)) / (2 * log(theta))
    }
    var (first, last) = (number(fastTurns), number(slowTurns))
    if rounds { (first, last) = (first.rounded(.down), last.rounded(.up)) }
    (first, last) = (max(first, 0), min(last, dimension - 1))
    // As transformers keeps the slope finite.
    if first == last { last += 0.001 }
    return frequencies.enumerated().map { index, frequency in
      let divided = min(max((Double(index) - first) / (last - first), 0), 1)
      return frequency * (divided / factor + (1 - divided))
    }
  }
}
