internal import Glibc

/// Chooses a token from logits; the same seed and logits give the same tokens.
package struct Sampler {
  private let parameters: GenerateParameters
  private var random: SplitMix64
  /// Ids with their weights, kept between calls so that the memory is.
  private var candidates: [(id: Int, weight: Float)] = []
  /// The last tokens, whose repetition is penalized.
  private var recent: [Int] = []
  private var penalized: [Float] = []

  package init(_ parameters: GenerateParameters) {
    self.parameters = parameters
    random = SplitMix64(state: parameters.seed)
  }

  /// Tells of tokens that the next choice follows.
  package mutating func follow(_ tokens: some Collection<Int>) {
    guard parameters.repetitionPenalty != nil else { return }
    recent += tokens.suffix(parameters.repetitionContextSize)
    recent.removeFirst(max(0, recent.count - parameters.repetitionContextSize))
  }

  /// The next token, or nil where a logit is NaN or none is finite.
  package mutating func choose(_ logits: Span<Float>) -> Int? {
    guard let penalty = parameters.repetitionPenalty, !recent.isEmpty else { return draw(from: logits) }
    penalized.removeAll(keepingCapacity: true)
    for id in 0..<logits.count { penalized.append(logits[id]) }
    for id in recent where penalized.indices.contains(id) {
      // From the logits as they were: a token that came twice is penalized once.
      penalized[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty
    }
    let adjusted = penalized
    return draw(from: adjusted.span)
  }

  private mutating func draw(from logits: Span<Float>) -> Int? {
    guard let best = Self.greatest(logits) else { return nil }
    guard parameters.temperature > 0, parameters.topK != 1 else { return best }
    collect(logits)
    let inverse = 1 / parameters.temperature
    for index in candidates.indices {
      candidates[index].weight = exp((candidates[index].weight - logits[best]) * inverse)
    }
    keepTopP()
    // Weights are relative to the greatest, which is 1.
    if parameters.minP > 0 { candidates.removeAll { $0.weight < parameters.minP } }
    return draw() ?? best
  }

  /// Makes the `topK` greatest logits candidates, the greatest first; all of them, in order, where there is no limit.
  private mutating func collect(_ logits: Span<Float>) {
    candidates.removeAll(keepingCapacity: true)
    let limit = parameters.topK > 0 && parameters.topK < logits.count ? parameters.topK : logits.count
    for id in 0..<logits.count {
      let candidate = (id: id, weight: logits[id])
      if limit == logits.count {
        candidates.append(candidate)
      } else if candidates.count < limit || Self.before(candidate, candidates[limit - 1]) {
        if candidates.count == limit { candidates.removeLast() }
        candidates.insert(candidate, at: candidates.firstIndex { Self.before(candidate, $0) } ?? candidates.count)
      }
    }
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
package struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
