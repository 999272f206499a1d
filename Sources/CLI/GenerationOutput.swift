internal import Foundation
internal import Records
internal import TTQ

/// Where generated text goes: to a reader as it is, or to a program as one JSON object a line.
enum GenerationOutput {
  case text
  case events

  /// One line of the event stream; members that do not belong to the event are absent.
  private struct Event: Encodable {
    var event: String
    var id: Int?
    var text: String?
    var promptTokens: Int?
    var tokens: Int?
    var stop: String?
    var firstTokenMilliseconds: Double?
    var tokensPerSecond: Double?

    enum CodingKeys: String, CodingKey {
      case event, id, text, tokens, stop
      case promptTokens = "prompt_tokens"
      case firstTokenMilliseconds = "first_token_ms"
      case tokensPerSecond = "tokens_per_second"
    }
  }

  /// Writes a token's text at once.
  func show(_ token: GeneratedToken) {
    switch self {
    case .text: Self.write(Data(token.text.utf8))
    case .events: Self.write(Event(event: "token", id: token.id, text: token.text))
    }
  }

  /// Ends an answer.
  func end(_ generation: Generation) {
    switch self {
    case .text: Self.write(Data("\n".utf8))
    case .events:
      Self.write(
        Event(
          event: "end", text: generation.text, promptTokens: generation.promptTokens, tokens: generation.tokens.count,
          stop: Self.name(generation.stop), firstTokenMilliseconds: Double(generation.times.total) / 1e6,
          tokensPerSecond: generation.tokensPerSecond))
    }
  }

  /// Says what happened that was not asked for: on standard error, or as an event.
  func notes(_ lines: [String]) {
    for line in lines {
      switch self {
      case .text: note("note: \(line)")
      case .events: Self.write(Event(event: "note", text: line))
      }
    }
  }

  /// Says that an answer could not be given.
  func failure(_ error: EngineError) {
    switch self {
    case .text: note("error: \(error)")
    case .events: Self.write(Event(event: "error", text: error.description))
    }
  }

  private static func name(_ stop: Generation.Stop) -> String {
    switch stop {
    case .length: "length"
    case .end: "end"
    case .sequence: "stop_sequence"
    case .contextFull: "context_full"
    case .interrupted: "interrupted"
    }
  }

  private static func write(_ event: Event) {
    if let line = try? RecordFile.encode(event, compact: true) { write(line) }
  }

  private static func write(_ bytes: Data) {
    // A reader that went away (`| head`) ends the process by signal, as it does others.
    try? FileHandle.standardOutput.write(contentsOf: bytes)
  }
}
