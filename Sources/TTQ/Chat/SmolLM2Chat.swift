extension ChatTemplate {
  /// SmolLM2's instructed models.
  static let smolLM2 = ChatTemplate(
    name: "smollm2", hashes: ["872be49dbb638044ad01b60388f48d469ff2980e5f0dccdc22ec907db54d0788"]
  ) { messages, _ in
    chatML(messages, system: "You are a helpful AI assistant named SmolLM, trained by Hugging Face")
  }
}
