extension ChatTemplate {
  /// Gemma 1's and 2's, which know no instructions.
  static let gemma = ChatTemplate(
    name: "gemma", hashes: ["ecd6ae513fe103f0eb62e8ab5bfa8d0fe45c1074fa398b089c93a7e70c15cfd6"]
  ) { (messages: [ChatMessage], _) throws(EngineError) in
    guard messages.first?.role != .system else {
      throw .chat("gemma: these models take no instructions (system message)")
    }
    try messages.checkTurns("gemma")
    return turns(messages, prefix: "")
  }

  /// Gemma 3's: instructions are the beginning of the user's first message.
  static let gemma3 = ChatTemplate(
    name: "gemma3", hashes: ["8d9e3a3c114fb2053ec500184677af4f7e5f8ec2582443cd535834e68b3ade29"]
  ) { (messages: [ChatMessage], _) throws(EngineError) in
    guard let first = messages.first, first.role == .system else {
      try messages.checkTurns("gemma3")
      return turns(messages, prefix: "")
    }
    try messages.dropFirst().checkTurns("gemma3")
    return turns(Array(messages.dropFirst()), prefix: first.content + "\n\n")
  }

  private static func turns(_ messages: [ChatMessage], prefix: String) -> [ChatPiece] {
    var pieces: [ChatPiece] = [.marker("<bos>")]
    for (index, message) in messages.enumerated() {
      let role = message.role == .assistant ? "model" : message.role.rawValue
      pieces += [
        .marker("<start_of_turn>"), .text("\(role)\n\(index == 0 ? prefix : "")\(message.content.stripped)"),
        .marker("<end_of_turn>"), .text("\n"),
      ]
    }
    return pieces + [.marker("<start_of_turn>"), .text("model\n")]
  }
}
