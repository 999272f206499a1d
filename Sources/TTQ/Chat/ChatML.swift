extension ChatTemplate {
  /// OpenAI's ChatML as many models use it, without instructions of its own; Qwen3's models of July 2025 write the same.
  static let chatML = ChatTemplate(
    name: "chatml",
    hashes: [
      "153280e3ff55d19da1398bdb3914ee2a51b80429bfaedde11d7d216c39db80f3",
      "64f85b198065d0fba2a81f37e10ed68161ce2c19a754c7100e67e0ca2ee9c326",
    ]
  ) { messages, _ in chatML(messages, system: nil) }

  /// Each message between `<|im_start|>` and `<|im_end|>`.
  ///
  /// - Parameter system: the instructions of a conversation that has none.
  static func chatML(_ messages: [ChatMessage], system: String?) -> [ChatPiece] {
    var pieces: [ChatPiece] = []
    if let system, messages.first?.role != .system { pieces += chatML("system", system) }
    for message in messages { pieces += chatML(message.role.rawValue, message.content) }
    return pieces + [.marker("<|im_start|>"), .text("assistant\n")]
  }

  static func chatML(_ role: String, _ content: String) -> [ChatPiece] {
    [.marker("<|im_start|>"), .text("\(role)\n\(content)"), .marker("<|im_end|>"), .text("\n")]
  }
}
