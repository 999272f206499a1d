/// A generation under way: one token for each call of `next`.
struct GenerationSteps {
  private let session: Session
  private let parameters: GenerateParameters
  private var sampler: Sampler
  private var pieces: StreamDecoder?
  private var stops: StopMatcher
  private var isOver = false
  /// What there is so far; complete after `next` returned nil.
  private(set) var generation: Generation

  /// Runs `prompt` after what the session holds, of which `history` are the tokens that count as recent.
  init(
    _ session: Session, _ prompt: [Int], _ parameters: GenerateParameters, history: ArraySlice<Int> = []
  ) throws(EngineError) {
    try parameters.check()
    self.session = session
    self.parameters = parameters
    sampler = Sampler(parameters)
    sampler.follow(history)
    sampler.follow(prompt)
    pieces = session.model.tokenizer?.stream(continuing: true)
    stops = StopMatcher(parameters.stopSequences)
    generation = Generation(promptTokens: prompt.count)
    try session.prefill(prompt)
    generation.times = session.times
    if parameters.maxTokens == 0 { end(.length) }
  }

  /// The next token; nil after the last.
  mutating func next() throws(EngineError) -> GeneratedToken? {
    guard !isOver else { return nil }
    let start = ContinuousClock.now
    if let last = generation.tokens.last { try session.decode(last) }
    let token = try session.sample(with: &sampler)
    sampler.follow(CollectionOfOne(token))
    generation.tokens.append(token)
    if generation.tokens.count == 1 {
      generation.times = session.times
    } else {
      generation.decodeNanoseconds += (ContinuousClock.now - start).nanoseconds
    }
    let text = text(of: token)
    generation.text += text
    return GeneratedToken(id: token, text: text)
  }

  /// Ends the generation; text that was held back is not shown.
  mutating func interrupt() {
    if !isOver { end(.interrupted) }
  }

  /// What can be shown with the token, which may be the last.
  private mutating func text(of token: Int) -> String {
    if parameters.stopsAtEnd, session.model.configuration.eosTokens.contains(token) {
      end(.end(token))
      return rest()
    }
    let (text, stop) = stops.append(pieces?.append(token) ?? "")
    if let stop {
      end(.sequence(stop))
      return text
    }
    if generation.tokens.count == parameters.maxTokens {
      end(.length)
    } else if session.position == session.capacity {
      end(.contextFull(capacity: session.capacity))
    }
    return isOver ? text + rest() : text
  }

  private mutating func rest() -> String {
    let (text, _) = stops.append(pieces?.finish() ?? "")
    return text + stops.finish()
  }

  private mutating func end(_ stop: Generation.Stop) {
    isOver = true
    generation.stop = stop
  }
}
