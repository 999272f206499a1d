extension ModelFamily {
  /// Llama's layers with a norm on every head of queries and keys.
  static let qwen3 = ModelFamily(
    normalizesHeads: true, keys: ConfigurationKeys(headDimension: 128), gguf: GGUFForm(name: "qwen3"))
}
