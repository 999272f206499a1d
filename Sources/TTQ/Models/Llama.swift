extension ModelFamily {
  /// Llama 2 and 3, and the models that keep their form.
  static let llama = ModelFamily(gguf: GGUFForm(name: "llama", pairs: .neighbours))
}
