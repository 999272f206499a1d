/// What one row of an evaluation measures: a way to quantize, on one text.
///
/// Fields that the method has no use for are nil.
package struct EvaluationCase: Codable, Hashable, Sendable {
  package var text: String
  package var method: String
  package var bits: Int?
  /// Effective bits a weight that the widths of all problems together stay within, in place of `bits`.
  package var budget: Double?
  package var group: Int?
  package var side: SideInformation?
  package var rank: Rank?
  package var alpha: Alpha?
  package var search: Int?
  package var skipsFirst: Bool?
  package var correctsBias: Bool?
  /// The text that the method was calibrated with.
  package var calibration: String?

  package init(
    text: String, method: String, bits: Int? = nil, budget: Double? = nil, group: Int? = nil,
    side: SideInformation? = nil, rank: Rank? = nil,
    alpha: Alpha? = nil, search: Int? = nil, skipsFirst: Bool? = nil, correctsBias: Bool? = nil,
    calibration: String? = nil
  ) {
    self.text = text
    self.method = method
    self.bits = bits
    self.budget = budget
    self.group = group
    self.side = side
    self.rank = rank
    self.alpha = alpha
    self.search = search
    self.skipsFirst = skipsFirst
    self.correctsBias = correctsBias
    self.calibration = calibration
  }

  private enum CodingKeys: String, CodingKey {
    case text, method, bits, group, side, rank, alpha, search, calibration
    case budget = "budget_bits"
    case skipsFirst = "skip_first"
    case correctsBias = "bias_correction"
  }
}

extension EvaluationCase {
  /// What is done beyond alpha and search.
  package var additions: [String] {
    [skipsFirst == true ? "first token skipped" : nil, correctsBias == true ? "bias corrected" : nil].compactMap { $0 }
  }
}

/// One line of `ttq eval --json`.
package struct EvaluationRow: Codable, Hashable, Sendable {
  package var subject: EvaluationCase
  /// Predicted tokens.
  package var tokens: Int
  /// exp of the mean negative log likelihood, D from each whole window.
  package var perplexity: Double
  /// Standard error of `perplexity` over windows; nil for one window.
  package var perplexityError: Double?
  /// Over the second half of each window: the first half fixed D, in full precision.
  package var causalPerplexity: Double
  /// Over the same positions, D from the whole window.
  package var halfPerplexity: Double
  /// Divergence of the next token's distribution from the full-precision one, in nats: mean and 99th percentile over positions.
  package var meanDivergence: Double
  package var highDivergence: Double
  /// The share of positions whose likeliest token is that of full precision.
  package var agreement: Double
  package var effectiveBits: Double

  package init(
    _ subject: EvaluationCase, tokens: Int, perplexity: Double, perplexityError: Double?, causalPerplexity: Double,
    halfPerplexity: Double, meanDivergence: Double, highDivergence: Double, agreement: Double, effectiveBits: Double
  ) {
    self.subject = subject
    self.tokens = tokens
    self.perplexity = perplexity
    self.perplexityError = perplexityError
    self.causalPerplexity = causalPerplexity
    self.halfPerplexity = halfPerplexity
    self.meanDivergence = meanDivergence
    self.highDivergence = highDivergence
    self.agreement = agreement
    self.effectiveBits = effectiveBits
  }

  private enum CodingKeys: String, CodingKey {
    case text, method, bits, group, side, rank, alpha, search, calibration, tokens
    case budget = "budget_bits"
    case skipsFirst = "skip_first"
    case correctsBias = "bias_correction"
    case perplexity = "ppl"
    case perplexityError = "ppl_se"
    case causalPerplexity = "ppl_causal"
    case halfPerplexity = "ppl_half"
    case meanDivergence = "kl_mean"
    case highDivergence = "kl_p99"
    case agreement = "top1"
    case effectiveBits = "effective_bits"
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    subject = try EvaluationCase(from: decoder)
    tokens = try values.decode(Int.self, forKey: .tokens)
    perplexity = try values.decode(Double.self, forKey: .perplexity)
    perplexityError = try values.decodeIfPresent(Double.self, forKey: .perplexityError)
    causalPerplexity = try values.decode(Double.self, forKey: .causalPerplexity)
    halfPerplexity = try values.decode(Double.self, forKey: .halfPerplexity)
    meanDivergence = try values.decode(Double.self, forKey: .meanDivergence)
    highDivergence = try values.decode(Double.self, forKey: .highDivergence)
    agreement = try values.decode(Double.self, forKey: .agreement)
    effectiveBits = try values.decode(Double.self, forKey: .effectiveBits)
  }

  /// Every field stands in every line; what does not apply is null.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(subject.text, forKey: .text)
    try values.encode(subject.method, forKey: .method)
    try values.encode(subject.bits, forKey: .bits)
    try values.encode(subject.budget, forKey: .budget)
    try values.encode(subject.group, forKey: .group)
    try values.encode(subject.side, forKey: .side)
    try values.encode(subject.rank, forKey: .rank)
    try values.encode(subject.alpha, forKey: .alpha)
    try values.encode(subject.search, forKey: .search)
    try values.encode(subject.skipsFirst, forKey: .skipsFirst)
    try values.encode(subject.correctsBias, forKey: .correctsBias)
    try values.encode(subject.calibration, forKey: .calibration)
    try values.encode(tokens, forKey: .tokens)
    try values.encode(perplexity, forKey: .perplexity)
    try values.encode(perplexityError, forKey: .perplexityError)
    try values.encode(causalPerplexity, forKey: .causalPerplexity)
    try values.encode(halfPerplexity, forKey: .halfPerplexity)
    try values.encode(meanDivergence, forKey: .meanDivergence)
    try values.encode(highDivergence, forKey: .highDivergence)
    try values.encode(agreement, forKey: .agreement)
    try values.encode(effectiveBits, forKey: .effectiveBits)
  }
}
