extension ChatTemplate {
  /// Llama 2's chat models. Only the text's beginning and end are tokens; `[INST]` is text.
  static let llama2 = ChatTemplate(
    name: "llama2", hashes: ["e8d5b5a546d3f19df16a5320c614fab05bdc4edd50e850f1afd947b503ea41cf"]
  ) { (messages: [ChatMessage], _) throws(EngineError) in
    var turns = messages[...]
    var system = ""
    if let first = turns.first, first.role == .system {
      system = "<<SYS>>\n\(first.content)\n<</SYS>>\n\n"
      turns = turns.dropFirst()
    }
    try turns.checkTurns("llama2")
    var pieces: [ChatPiece] = []
    for (index, message) in turns.enumerated() {
      if message.role == .user {
        let content = (index == 0 ? system : "") + message.content
        pieces += [.marker("<s>"), .text("[INST] \(content.stripped) [/INST]")]
      } else {
        pieces += [.text(" \(message.content.stripped) "), .marker("</s>")]
      }
    }
    return pieces
  }
}
