extension ChatTemplate {
  /// Qwen2's instructed models.
  static let qwen2 = ChatTemplate(
    name: "qwen2", hashes: ["793202280c0910ab26bc6eb57c8212c2417324c6d8c4efd0d10d59092ab3e3eb"]
  ) { messages, _ in chatML(messages, system: "You are a helpful assistant.") }

  /// Qwen2.5's instructed models.
  static let qwen25 = ChatTemplate(
    name: "qwen2.5", hashes: ["55b2f4a26ac9ee719330a61a0c39d9e538b0e9322212f048326318cff4f8674a"]
  ) { messages, _ in chatML(messages, system: "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.") }
}
