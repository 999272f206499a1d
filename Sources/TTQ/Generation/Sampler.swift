internal import Glibc

/// Chooses a token from logits; the same seed and logits give the same tokens.
struct Sampler {
  private let parameters: GenerateParameters
  private var random: SplitMix64
  /// Ids with their weights, kept between calls so that the memory is.
  private var candidates: [(id: Int, weight: Float)] = []

  init(_ parameters: GenerateParameters) {
    self.parameters = parameters
    random = SplitMix64(state: parameters.seed)
  }

  /// The next token, or nil where a logit is NaN or none is finite.
  mutating func choose(_ logits: Span<Float>) -> Int? {
    guard let best = Self.greatest(logits) else { return nil }
    guard parameters.temperature > 0, parameters.topK != 1 else { return best }
    candidates.removeAll(keepingCapacity: true)
    let inverse = 1 / parameters.temperature
    for id in 0..<logits.count {
      candidates.append((id, exp((logits[id] - logits[best]) * inverse)))
    }
    keepTopK()
    keepTopP()
    return draw() ?? best
  }

  /// The id of the greatest logit, the least of equals; nil where a logit is NaN or the greatest infinite.
  static func greatest(_ logits: Span<Float>) -> Int? {
    var best = 0
    for id in 0..<logits.count {
      if logits[id].isNaN { return nil }
      if logits[id] > logits[best] { best = id }
    }
    return logits[best].isFinite ? best : nil
  }

  private static func before(_ a: (id: Int, weight: Float), _ b: (id: Int, weight: Float)) -> Bool {
    a.weight != b.weight ? a.weight > b.weight : a.id < b.id
  }

  private mutating func keepTopK() {
    guard parameters.topK > 0, parameters.topK < candidates.count else { return }
    candidates.sort(by: Self.before)
    candidates.removeLast(candidates.count - parameters.topK)
  }

  /// Keeps the most probable candidates that together reach the probability `topP`.
  private mutating func keepTopP() {
    guard parameters.topP < 1 else { return }
    let total = candidates.reduce(0) { $0 + $1.weight }
    // All below this together weigh less than 1 - p, so none of them is needed; few remain to be sorted.
    let least = (1 - parameters.topP) / Float(candidates.count) * total
    candidates.removeAll { $0.weight < least }
    candidates.sort(by: Self.before)
    var sum: Float = 0
    var kept = 0
    while kept < candidates.count, kept == 0 || sum < parameters.topP * total {
      sum += candidates[kept].weight
      kept += 1
    }
    candidates.removeLast(candidates.count - kept)
  }

  private mutating func draw() -> Int? {
    let total = candidates.reduce(0) { $0 + $1.weight }
    var rest = Float(random.next() >> 40) / Float(1 << 24) * total
    for candidate in candidates {
      rest -= candidate.weight
      if rest < 0 { return candidate.id }
    }
    return candidates.last { $0.weight > 0 }?.id
  }
}

/// Steele, Lea and Flood's generator: a counter and a mixing function.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
