extension ModelFamily {
  /// Llama's layers with a bias on queries, keys and values.
  static let qwen2 = ModelFamily(biased: [.qkv], gguf: GGUFForm(name: "qwen2"))
}
