/// One line of `ttq bench-model --json`: a prompt or a generation by one engine, with the names that llama-bench gives its fields.
package struct ModelBenchRow: Codable, Hashable, Sendable {
  package var model: String
  /// The form of the weights that the tokens met: `q4g32/a8`, `bf16`.
  package var type: String
  package var engine: BenchEngine
  /// What a prompt ran through: `quantized` or `exact`.
  package var prefill: String
  package var cache: CacheType
  /// Tokens of the prompt; 0 where tokens were generated.
  package var promptTokens: Int
  /// Tokens that were generated; 0 where a prompt was run.
  package var generatedTokens: Int
  /// Positions that the cache held before.
  package var depth: Int
  package var threads: Int
  /// Nanoseconds of each repetition.
  package var nanoseconds: [Double]
  /// Tokens a second of each repetition.
  package var tokensPerSecond: [Double]
  /// Where the time of a prompt went; nil where tokens were generated.
  package var parts: PromptParts?
  /// The time of a prompt over that of the same prompt with frozen weights.
  package var overFrozen: Ratio?
  /// Nanoseconds that the rows of the tuned plan add up to for the same work; nil where the plan lacks one.
  package var plannedNanoseconds: Double?
  /// The time of requantizing all layers over that of moving its bytes at the copy roof.
  package var quantizeOverCopy: Double?
  /// The share of the read roof that the weights and the cache were read at while tokens were generated, 0...1.
  package var readShare: Double?
  /// GB/s of the copy roof and of the DRAM read roof, measured between the repetitions.
  package var copyRoof: Double?
  package var readRoof: Double?
  /// The median core-to-core round trip between the repetitions, nanoseconds; nil with one thread.
  package var roundTripNanoseconds: Double?

  package var meanNanoseconds: Double { nanoseconds.mean }
  package var meanTokensPerSecond: Double { tokensPerSecond.mean }
  package var tokensPerSecondDeviation: Double { tokensPerSecond.deviation }

  package init(
    model: String, type: String, engine: BenchEngine, prefill: String, cache: CacheType, promptTokens: Int,
    generatedTokens: Int, depth: Int, threads: Int, nanoseconds: [Double]
  ) {
    self.model = model
    self.type = type
    self.engine = engine
    self.prefill = prefill
    self.cache = cache
    self.promptTokens = promptTokens
    self.generatedTokens = generatedTokens
    self.depth = depth
    self.threads = threads
    self.nanoseconds = nanoseconds
    tokensPerSecond = nanoseconds.map { Double(promptTokens + generatedTokens) * 1e9 / $0 }
  }

  private enum CodingKeys: String, CodingKey {
    case model, type, engine, prefill, cache, parts
    case promptTokens = "n_prompt"
    case generatedTokens = "n_gen"
    case depth = "n_depth"
    case threads = "n_threads"
    case nanoseconds = "samples_ns"
    case tokensPerSecond = "samples_ts"
    case overFrozen = "over_frozen"
    case plannedNanoseconds = "planned_ns"
    case quantizeOverCopy = "quantize_over_copy"
    case readShare = "read_share"
    case copyRoof = "copy_roof_gbps"
    case readRoof = "read_roof_gbps"
    case roundTripNanoseconds = "round_trip_ns"
  }

  /// What follows from the samples, written for readers of llama-bench's output and never read back.
  private enum DerivedKeys: String, CodingKey {
    case meanNanoseconds = "avg_ns"
    case deviationNanoseconds = "stddev_ns"
    case meanTokensPerSecond = "avg_ts"
    case deviationTokensPerSecond = "stddev_ts"
  }

  /// Every field stands in every line; what is not known is null.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(model, forKey: .model)
    try values.encode(type, forKey: .type)
    try values.encode(engine, forKey: .engine)
    try values.encode(prefill, forKey: .prefill)
    try values.encode(cache, forKey: .cache)
    try values.encode(promptTokens, forKey: .promptTokens)
    try values.encode(generatedTokens, forKey: .generatedTokens)
    try values.encode(depth, forKey: .depth)
    try values.encode(threads, forKey: .threads)
    try values.encode(nanoseconds, forKey: .nanoseconds)
    try values.encode(tokensPerSecond, forKey: .tokensPerSecond)
    try values.encode(parts, forKey: .parts)
    try values.encode(overFrozen, forKey: .overFrozen)
    try values.encode(plannedNanoseconds, forKey: .plannedNanoseconds)
    try values.encode(quantizeOverCopy, forKey: .quantizeOverCopy)
    try values.encode(readShare, forKey: .readShare)
    try values.encode(copyRoof, forKey: .copyRoof)
    try values.encode(readRoof, forKey: .readRoof)
    try values.encode(roundTripNanoseconds, forKey: .roundTripNanoseconds)
    var derived = encoder.container(keyedBy: DerivedKeys.self)
    try derived.encode(nanoseconds.mean, forKey: .meanNanoseconds)
    try derived.encode(nanoseconds.deviation, forKey: .deviationNanoseconds)
    try derived.encode(tokensPerSecond.mean, forKey: .meanTokensPerSecond)
    try derived.encode(tokensPerSecond.deviation, forKey: .deviationTokensPerSecond)
  }
}

/// How the weights of the linear layers enter a benchmark of a whole model.
package enum BenchEngine: String, Codable, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  /// As the model file has them.
  case full
  /// Quantized once, before anything is timed (D = 1): the same kernels as `ttq` without what test-time quantization adds.
  case frozen
  /// Quantized for each prompt anew.
  case ttq

  package var description: String { rawValue }
}

/// Where the time of a prompt went: the shares of its total, averaged over the repetitions, and the nanoseconds of requantizing.
package struct PromptParts: Codable, Hashable, Sendable {
  package var statistic: Double
  package var quantize: Double
  package var multiply: Double
  package var attention: Double
  /// Embedding, norms, rotary embedding, activation, residuals.
  package var rest: Double
  /// The output layer.
  package var firstToken: Double
  /// The median nanoseconds of making all quantized matrices.
  package var quantizeNanoseconds: Double

  package init(
    statistic: Double, quantize: Double, multiply: Double, attention: Double, rest: Double, firstToken: Double,
    quantizeNanoseconds: Double
  ) {
    self.statistic = statistic
    self.quantize = quantize
    self.multiply = multiply
    self.attention = attention
    self.rest = rest
    self.firstToken = firstToken
    self.quantizeNanoseconds = quantizeNanoseconds
  }

  private enum CodingKeys: String, CodingKey {
    case statistic, quantize, multiply, attention, rest
    case firstToken = "first_token"
    case quantizeNanoseconds = "quantize_ns"
  }
}

/// The median of ratios taken round by round, with the least and the greatest of them.
package struct Ratio: Codable, Hashable, Sendable {
  package var median: Double
  package var low: Double
  package var high: Double

  /// The ratios of `times` to `others`, which were taken in turns; nil where there are none.
  package init?(_ times: [Double], over others: [Double]) {
    let ratios = zip(times, others).map { $0 / $1 }.sorted()
    guard let first = ratios.first, let last = ratios.last else { return nil }
    let half = ratios.count / 2
    median = ratios.count.isMultiple(of: 2) ? (ratios[half - 1] + ratios[half]) / 2 : ratios[half]
    (low, high) = (first, last)
  }
}

extension [Double] {
  /// The mean; 0 of nothing.
  fileprivate var mean: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }

  /// The deviation of a sample, with n - 1 below the root as llama-bench has it; 0 of fewer than two.
  fileprivate var deviation: Double {
    guard count > 1 else { return 0 }
    let mean = mean
    return (reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)).squareRoot()
  }
}
