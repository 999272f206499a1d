package import Kernels
package import Records

/// What a session is made for.
public struct SessionOptions: Sendable {
  public var method = Method.ttq
  public var prefill = PrefillMode.quantized
  /// Whether the output layer is quantized like any other.
  public var quantizesHead = true
  /// Positions of the cache of keys and values; nil takes the model's own limit, at most 4096.
  public var context: Int?
  /// nil takes the machine's: min(physical cores, quota, cpuset).
  public var threads: Int?
  /// Prompts below are too short to say anything about activations.
  public var leastTokens = 8
  package var format = WeightFormat.q4g32
  /// Formats of some problems, by their names, in place of `format`; all of the same group and side information.
  package var formats: [String: WeightFormat] = [:]
  package var activations = ActivationFormat.a8
  package var rule = ScaleRule()
  /// Ranges that are tried for each group, one of `RangeSearch.supported`; only under `.ttq`.
  package var search = 0
  /// Whether the mean error of each quantized product is measured and made good; only under `.ttq`. Costs a product of the full weights
  /// with one token whenever they are quantized.
  package var correctsBias = false
  /// Weights that were quantized before, by the names of their problems; only under `.rtn`, in the same format.
  package var frozen: [String: FrozenLinear] = [:]
  /// Parts of the weights that are kept apart from the quantized ones, by the names of their problems; the same rank for each role.
  package var lowRank: [String: LowRankPart] = [:]
  /// Where the rest of the weights is found when it is quantized.
  package var residual = ResidualMode.auto
  /// Gathers what the inputs of each problem are like, where it is measured.
  package var calibrator: OpenBLAS?
  /// How keys and values are kept.
  package var cache = CacheType.f32
  /// Drift of log D (see `ScaleRule.drift`) beyond which a problem is quantized again when later chunks of a prompt, or later
  /// turns, changed its statistic. On the demonstration models at 3 bit, the perplexity of a second chunk stays within 1 % from
  /// always to never, so this saves time and costs nothing that was seen.
  package var driftThreshold = 0.1
  /// Tokens that go through the layers together at most.
  package var chunk = 512
  package var plan: Plan?
  /// Variants that stand in the place of the plan's.
  package var forced = ForcedChoices.none
  /// nil probes this machine.
  package var machine: Machine?
  /// CPUs that the threads are bound to, the calling one included; empty leaves them to the scheduler, nil takes those allowed.
  package var cpus: [Int]?

  public init() {}

  /// The format of `weights` where they are quantized.
  func format(of weights: LinearWeights) -> WeightFormat { formats[weights.name] ?? format }

  /// Sets the quantized format: 2, 3, 4, 5 or 8 bits in groups of 32, 64 or 128 input channels, scales and minima in f16 or, where
  /// `compact`, in 8 bits.
  public mutating func setFormat(bits: Int, group: Int, compact: Bool = false) throws(EngineError) {
    guard let format = WeightFormat(bits: bits, group: group, side: compact ? .byte : .half) else {
      throw .invalidOption(
        "no format of \(bits) bits in groups of \(group); bits are \(WeightFormat.supportedBits), "
          + "groups \(WeightFormat.supportedGroups)")
    }
    self.format = format
  }
}
