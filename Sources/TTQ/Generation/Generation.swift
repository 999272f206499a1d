/// What was generated after a prompt, and what it cost.
public struct Generation: Hashable, Sendable {
  /// Why no more tokens came.
  public enum Stop: Hashable, Sendable, CustomStringConvertible {
    case length
    /// The model ended its text with this token.
    case end(Int)
    /// The text came to one of the stop sequences.
    case sequence(String)
    case contextFull(capacity: Int)
    /// Whoever asked for it wanted no more.
    case interrupted

    public var description: String {
      switch self {
      case .length: "the asked number of tokens"
      case .end(let token): "the end of the text (token \(token))"
      case .sequence(let text): String(oneLine: "the stop sequence \"\(text)\"")
      case .contextFull(let capacity): "the context of \(capacity) tokens is full"
      case .interrupted: "an interruption"
      }
    }
  }

  public internal(set) var promptTokens: Int
  public internal(set) var tokens: [Int] = []
  /// Without the stop sequence that ended it.
  public internal(set) var text = ""
  public internal(set) var stop = Stop.interrupted
  /// Up to the first token.
  public internal(set) var times = TimeSplit()
  /// Nanoseconds of the tokens after the first.
  public internal(set) var decodeNanoseconds = 0

  /// Tokens after the first, for each second; nil where there is none.
  public var tokensPerSecond: Double? {
    guard tokens.count > 1, decodeNanoseconds > 0 else { return nil }
    return Double(tokens.count - 1) * 1e9 / Double(decodeNanoseconds)
  }
}

/// A token of a generation, with the text that became sure with it: it may be empty, or belong to tokens before.
public struct GeneratedToken: Hashable, Sendable {
  public let id: Int
  public let text: String
}

extension Session {
  /// Runs `prompt` and generates after it. `show` receives each token with the text to show, as soon as it is whole and cannot be part
  /// of a stop sequence.
  ///
  /// A full context ends the generation with `Stop.contextFull`; a prompt that does not fit is an error.
  ///
  /// - Parameter isInterrupted: asked after each token; true ends the generation.
  public func generate(
    _ prompt: [Int], _ parameters: GenerateParameters = GenerateParameters(),
    show: (GeneratedToken) -> Void = { _ in }, isInterrupted: () -> Bool = { false }
  ) throws(EngineError) -> Generation {
    var steps = try GenerationSteps(self, prompt, parameters)
    while let token = try steps.next() {
      show(token)
      if isInterrupted() { steps.interrupt() }
    }
    return steps.generation
  }
}
