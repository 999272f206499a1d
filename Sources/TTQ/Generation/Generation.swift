/// What was generated after a prompt, and what it cost.
public struct Generation: Hashable, Sendable {
  /// Why no more tokens came.
  public enum Stop: Hashable, Sendable, CustomStringConvertible {
    case length
    /// The model ended its text with this token.
    case end(Int)
    case contextFull(capacity: Int)

    public var description: String {
      switch self {
      case .length: "the asked number of tokens"
      case .end(let token): "the end of the text (token \(token))"
      case .contextFull(let capacity): "the context of \(capacity) tokens is full"
      }
    }
  }

  public let promptTokens: Int
  public let tokens: [Int]
  public let text: String
  public let stop: Stop
  /// Up to the first token.
  public let times: TimeSplit
  /// Nanoseconds of the tokens after the first.
  public let decodeNanoseconds: Int

  /// Tokens after the first, for each second; nil where there is none.
  public var tokensPerSecond: Double? {
    guard tokens.count > 1, decodeNanoseconds > 0 else { return nil }
    return Double(tokens.count - 1) * 1e9 / Double(decodeNanoseconds)
  }
}

extension Session {
  /// Runs `prompt` and generates after it. `show` receives the text piece by piece, as soon as characters are whole.
  ///
  /// A full context ends the generation with `Stop.contextFull`; a prompt that does not fit is an error.
  public func generate(
    _ prompt: [Int], _ parameters: GenerateParameters = GenerateParameters(), show: (String) -> Void = { _ in }
  ) throws(EngineError) -> Generation {
    try parameters.check()
    var sampler = Sampler(parameters)
    var pieces = model.tokenizer?.stream(continuing: true)
    var (tokens, text): ([Int], String) = ([], "")
    tokens.reserveCapacity(min(parameters.maxTokens, capacity))
    func add(_ piece: String?) {
      guard let piece, !piece.isEmpty else { return }
      text += piece
      show(piece)
    }
    try prefill(prompt)
    var times = self.times
    var stop = Generation.Stop.length
    var started = ContinuousClock.now
    while tokens.count < parameters.maxTokens {
      let token = try sample(with: &sampler)
      if tokens.isEmpty {
        times = self.times
        started = .now
      }
      tokens.append(token)
      if parameters.stopsAtEnd, model.configuration.eosTokens.contains(token) {
        stop = .end(token)
        break
      }
      add(pieces?.append(token))
      guard tokens.count < parameters.maxTokens else { break }
      guard position < capacity else {
        stop = .contextFull(capacity: capacity)
        break
      }
      try decode(token)
    }
    let decodeNanoseconds = tokens.isEmpty ? 0 : (ContinuousClock.now - started).nanoseconds
    add(pieces?.finish())
    return Generation(
      promptTokens: prompt.count, tokens: tokens, text: text, stop: stop, times: times,
      decodeNanoseconds: decodeNanoseconds)
  }
}
