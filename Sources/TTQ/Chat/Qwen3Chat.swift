extension ChatTemplate {
  /// Qwen3's models that may think: thoughts of answers before the last question are left out.
  static let qwen3 = ChatTemplate(
    name: "qwen3", hashes: ["a55ee1b1660128b7098723e0abcd92caa0788061051c62d51cbe87d9cf1974d8"]
  ) { messages, settings in
    let lastQuestion = messages.lastIndex { $0.role == .user && !isToolResponse($0.content) } ?? messages.count - 1
    var pieces: [ChatPiece] = []
    for (index, message) in messages.enumerated() {
      var content = message.content
      if message.role == .assistant {
        let (thoughts, answer) = split(content)
        content = answer
        // The template has the thoughts of the last message always, of others where there are some.
        if index > lastQuestion, index == messages.count - 1 || !thoughts.isEmpty {
          content = "<think>\n\(thoughts.trimmingNewlines)\n</think>\n\n\(answer.droppingNewlines)"
        }
      }
      pieces += chatML(message.role.rawValue, content)
    }
    pieces += [.marker("<|im_start|>"), .text("assistant\n")]
    return settings.thinking ? pieces : pieces + [.text("<think>\n\n</think>\n\n")]
  }

  private static func isToolResponse(_ text: String) -> Bool {
    text.hasPrefix("<tool_response>") && text.hasSuffix("</tool_response>")
  }

  /// What stands between `<think>` and the first `</think>`, and what comes after the last.
  private static func split(_ content: String) -> (thoughts: String, answer: String) {
    let parts = content.split(separator: "</think>", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return ("", content) }
    let thoughts = parts[0].split(separator: "<think>", omittingEmptySubsequences: false).last ?? ""
    return (thoughts.trimmingNewlines, parts[parts.count - 1].droppingNewlines)
  }
}

extension StringProtocol {
  fileprivate var droppingNewlines: String { trimming(end: false) { $0 == "\n" } }
  fileprivate var trimmingNewlines: String { trimming { $0 == "\n" } }
}
