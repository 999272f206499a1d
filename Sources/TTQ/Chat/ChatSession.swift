internal import Records

/// A conversation with a model: it keeps the messages, and what the model computed for them.
///
/// Each turn is written with the model's chat template and continues the tokens before it as far as they are the same. Its activations
/// update what is known of the conversation, and weights whose scales have drifted are quantized again.
///
/// When the conversation no longer fits the context, the oldest exchanges after the instructions are forgotten, and a note says so; a
/// single message that does not fit is an error. An answer that fills the context ends there.
///
/// Used by one task at a time.
public final class ChatSession {
  public let template: ChatTemplate
  /// For the next answer.
  public var generateParameters: GenerateParameters
  public var settings: ChatSettings
  /// All that was said so far, instructions first.
  public private(set) var messages: [ChatMessage]
  package let session: Session
  private let instructions: String?
  /// The tokens that the session holds.
  private var held: [Int] = []
  /// The answer under way.
  private var steps: GenerationSteps?
  private var turn = 0

  /// - Parameters:
  ///   - instructions: the system message.
  ///   - options: how the model runs; `generateParameters` may change its cache.
  ///   - template: nil takes the one that belongs to the model's own template text; a model without a known one is an error.
  public init(
    _ model: LanguageModel, instructions: String? = nil, generateParameters: GenerateParameters = GenerateParameters(),
    options: SessionOptions = SessionOptions(), template: ChatTemplate? = nil
  ) throws(EngineError) {
    if let template {
      self.template = template
    } else if let text = model.chatTemplate {
      self.template = try ChatTemplate.recognised(text)
    } else {
      throw .chat("\(model.folder): has no chat template; name one of: \(ChatTemplate.names)")
    }
    self.instructions = instructions
    self.generateParameters = generateParameters
    settings = ChatSettings()
    messages = instructions.map { [ChatMessage(.system, $0)] } ?? []
    session = try Session(model, options.applying(generateParameters))
  }

  /// Forgets all but the instructions.
  public func clear() {
    steps = nil
    turn += 1
    messages = instructions.map { [ChatMessage(.system, $0)] } ?? []
    held = []
    session.reset()
  }

  /// The whole answer to `prompt`; it ends early where the task is cancelled.
  nonisolated(nonsending) public func respond(to prompt: String) async throws(EngineError) -> String {
    var answer = ""
    for try await piece in streamResponse(to: prompt) { answer += piece }
    return answer
  }

  /// The answer to `prompt` piece by piece. Nothing is computed before the first piece is asked for, and no piece before it is.
  public func streamResponse(to prompt: String) -> ChatResponse { ChatResponse(chat: self, prompt: prompt) }

  /// The answer to `prompt` with its cost; see `Session.generate`.
  package func respond(
    to prompt: String, isInterrupted: () -> Bool, show: (GeneratedToken) -> Void
  ) throws(EngineError) -> Generation {
    let turn = try begin(prompt)
    while let token = try next(ofTurn: turn) {
      show(token)
      if isInterrupted() { steps?.interrupt() }
    }
    return finish()
  }

  /// Runs the prompt of a new turn and returns the turn's number. The message is kept only where that succeeds.
  func begin(_ prompt: String) throws(EngineError) -> Int {
    finish()
    var messages = messages + [ChatMessage(.user, prompt)]
    let tokens = try fitting(&messages)
    var shared = zip(held, tokens).prefix { $0 == $1 }.count
    // The last token runs again, since the answer begins at its logits.
    shared = min(shared, tokens.count - 1)
    let left = session.rewind(to: shared)
    if left < shared {
      session.report("layers with a window hold no more what came before token \(shared): the conversation runs again")
      shared = left
    }
    held.removeLast(held.count - shared)
    do throws(EngineError) {
      steps = try GenerationSteps(
        session, Array(tokens[shared...]), generateParameters, history: tokens[..<shared])
    } catch {
      forgetCache()
      throw error
    }
    held = tokens
    self.messages = messages
    turn += 1
    return turn
  }

  /// The next token of a turn; nil after its last, and where another turn began meanwhile.
  func next(ofTurn turn: Int) throws(EngineError) -> GeneratedToken? {
    guard turn == self.turn else { return nil }
    do throws(EngineError) {
      return try steps?.next()
    } catch {
      finish()
      forgetCache()
      throw error
    }
  }

  /// After an error layers may hold different positions; the next turn runs the whole conversation.
  private func forgetCache() {
    held = []
    _ = session.rewind(to: 0)
  }

  /// Ends the answer of a turn, if it is still the one under way.
  func finish(turn: Int) {
    if turn == self.turn { finish() }
  }

  /// Keeps the answer under way as it is, and returns it.
  @discardableResult private func finish() -> Generation {
    guard var steps else { return Generation(promptTokens: 0) }
    steps.interrupt()
    self.steps = nil
    let generation = steps.generation
    messages.append(ChatMessage(.assistant, generation.text))
    // The last token was chosen and not run.
    held += generation.tokens.prefix(max(session.position - held.count, 0))
    return generation
  }

  /// The tokens of `messages`, from which the oldest exchanges are taken until they fit.
  private func fitting(_ messages: inout [ChatMessage]) throws(EngineError) -> [Int] {
    guard let tokenizer = session.model.tokenizer else {
      throw .tokenizer("\(session.model.folder): has no tokenizer")
    }
    var forgotten = 0
    while true {
      let tokens = try tokenizer.encode(template.write(messages, settings))
      if tokens.count <= session.capacity {
        if forgotten > 0 { session.report("the context is full: the oldest \(forgotten) messages were forgotten") }
        return tokens
      }
      let first = messages.first?.role == .system ? 1 : 0
      guard messages.count > first + 1 else {
        throw .contextFull(capacity: session.capacity, needed: tokens.count)
      }
      let exchange = messages[(first + 1)...].firstIndex { $0.role == .user } ?? messages.count - 1
      forgotten += exchange - first
      messages.removeSubrange(first..<exchange)
    }
  }
}

extension SessionOptions {
  /// With the cache that the parameters ask for.
  fileprivate func applying(_ parameters: GenerateParameters) throws(EngineError) -> SessionOptions {
    var options = self
    if let positions = parameters.maxKVSize { options.context = positions }
    switch parameters.kvBits {
    case nil: break
    case 32: options.cache = .f32
    case 16: options.cache = .f16
    case 8: options.cache = .int8
    case let bits?: throw .invalidOption("\(bits) bits of a cached key or value: expected 32, 16 or 8")
    }
    return options
  }
}
