/// How the models of a family expect a conversation to be written.
///
/// A new one is a file with such a value and a row in `all`. No template language is interpreted: a model's own template is recognised
/// by its hash, and what it writes is written here in Swift.
public struct ChatTemplate: Sendable {
  /// What `--template` calls it.
  public let name: String
  /// SHA-256 of the template texts that write the same, each without a newline at its end.
  package let hashes: [String]
  /// The conversation, and the beginning of the model's answer.
  let write: @Sendable ([ChatMessage], ChatSettings) throws(EngineError) -> [ChatPiece]

  /// Every template.
  public static let all = [
    chatML, qwen2, qwen25, qwen3, smolLM2, llama2, llama3, llama31, llama32, gemma, gemma3,
  ]

  /// The template of that name; the error lists all names.
  public static func named(_ name: String) throws(EngineError) -> ChatTemplate {
    guard let found = all.first(where: { $0.name == name }) else {
      throw .chat("no chat template is named \(name); known: \(names)")
    }
    return found
  }

  /// The template whose text is `text`; the error says what is known.
  package static func recognised(_ text: String) throws(EngineError) -> ChatTemplate {
    let bytes = Array(text.utf8)
    let hash = SHA256.hexadecimal(of: bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...])
    guard let found = all.first(where: { $0.hashes.contains(hash) }) else {
      throw .chat("the model's chat template (sha256 \(hash)) is not a known one; name one of: \(names)")
    }
    return found
  }

  static var names: String { all.map(\.name).joined(separator: " ") }

  /// The text of a conversation up to the answer that is asked for, markers included.
  package func text(_ messages: [ChatMessage], _ settings: ChatSettings = ChatSettings()) throws(EngineError) -> String
  {
    try write(messages, settings).map(\.text).joined()
  }
}

extension Collection<ChatMessage> {
  /// Throws unless user and assistant take turns, the user first; `template` is named then.
  func checkTurns(_ template: String) throws(EngineError) {
    for (index, message) in enumerated() {
      guard message.role == (index.isMultiple(of: 2) ? .user : .assistant) else {
        throw .chat(
          "\(template): expected user and assistant in turns, found \(message.role.rawValue) as message \(index)")
      }
    }
  }
}

/// What a template may depend on beside the messages.
public struct ChatSettings: Hashable, Sendable {
  /// Whether a model that can think aloud before its answer may.
  public var thinking = true
  /// The day that some templates tell the model, such as `26 Jul 2024`; nil where none is known.
  public var date: String?

  public init() {}
}

/// A part of a written conversation. What people wrote is never a marker, whatever it looks like.
enum ChatPiece: Hashable, Sendable {
  /// A token by its text.
  case marker(String)
  case text(String)

  var text: String {
    switch self {
    case .marker(let text), .text(let text): text
    }
  }
}

extension Tokenizer {
  /// The tokens of a written conversation; texts that stand side by side are one.
  func encode(_ pieces: [ChatPiece]) throws(EngineError) -> [Int] {
    var ids: [Int] = []
    var text = ""
    var isFirst = true
    func flush() throws(EngineError) {
      do throws(TokenizerError) {
        ids += try encode(text, isFirst: isFirst)
      } catch {
        throw .tokenizer(error.description)
      }
      isFirst = false
      text = ""
    }
    for piece in pieces {
      switch piece {
      case .text(let more): text += more
      case .marker(let name):
        try flush()
        guard let id = id(of: name) else {
          throw .chat("the tokenizer has no token \(name), which the chat template needs")
        }
        ids.append(id)
      }
    }
    try flush()
    return ids
  }
}

extension StringProtocol {
  /// Without white space at both ends, as Python's `strip` and Jinja's `trim` understand it.
  var stripped: String { trimming { $0.properties.isWhitespace || (0x1C...0x1F).contains($0.value) } }

  /// Without scalars at both ends, or only at the beginning, that `belongs` is true of.
  func trimming(end: Bool = true, _ belongs: (Unicode.Scalar) -> Bool) -> String {
    var rest = String.UnicodeScalarView(unicodeScalars.drop(while: belongs))
    while end, let last = rest.last, belongs(last) { rest.removeLast() }
    return String(rest)
  }
}
