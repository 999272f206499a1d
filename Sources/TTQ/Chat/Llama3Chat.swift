extension ChatTemplate {
  /// Llama 3's instructed models.
  static let llama3 = ChatTemplate(
    name: "llama3", hashes: ["ba03a121d097859c7b5b9cd03af99aafe95275210d2876f642ad9929a150f122"]
  ) { messages, _ in conversation(messages.flatMap(turn)) }

  /// Llama 3.1's: instructions always begin with two dates, of which the second is fixed.
  static let llama31 = ChatTemplate(
    name: "llama3.1", hashes: ["93c0e9aa3629bbd77e68dbc0f5621f6e6b23aa8d74b932595cdb8d64684526d7"]
  ) { messages, _ in dated(messages, today: fixedDay) }

  /// Llama 3.2's: the second date is the day of the conversation.
  static let llama32 = ChatTemplate(
    name: "llama3.2", hashes: ["d82792f95932f1c9cef5c4bd992f171225e3bf8c7b609b4557c9e1ec96be819f"]
  ) { messages, settings in dated(messages, today: settings.date ?? fixedDay) }

  private static let fixedDay = "26 Jul 2024"

  private static func dated(_ messages: [ChatMessage], today: String) -> [ChatPiece] {
    let hasSystem = messages.first?.role == .system
    let system = hasSystem ? messages[0].content.stripped : ""
    let first = turn("system", "Cutting Knowledge Date: December 2023\nToday Date: \(today)\n\n\(system)")
    return conversation(first + messages.dropFirst(hasSystem ? 1 : 0).flatMap(turn))
  }

  private static func conversation(_ turns: [ChatPiece]) -> [ChatPiece] {
    [.marker("<|begin_of_text|>")] + turns + header("assistant")
  }

  private static func turn(_ message: ChatMessage) -> [ChatPiece] {
    turn(message.role.rawValue, message.content.stripped)
  }

  private static func turn(_ role: String, _ content: String) -> [ChatPiece] {
    header(role) + [.text(content), .marker("<|eot_id|>")]
  }

  private static func header(_ role: String) -> [ChatPiece] {
    [.marker("<|start_header_id|>"), .text(role), .marker("<|end_header_id|>"), .text("\n\n")]
  }
}
