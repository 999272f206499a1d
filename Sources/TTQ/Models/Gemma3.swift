extension ModelFamily {
  /// Gemma 3, text: norms on both sides of every block, with weights stored less one; five layers that see a window of positions, then one
  /// that sees all; a gate through GELU; scaled embeddings.
  static let gemma3 = ModelFamily(
    normalizesBlocks: true, normalizesHeads: true, activation: .geGLU, scalesEmbedding: true, slidingPattern: 6,
    keys: ConfigurationKeys(
      activation: "hidden_activation", headDimension: 256, scoreScalar: "query_pre_attn_scalar",
      ropeTheta: 1_000_000, tiesEmbeddings: true,
      switches: ["attention_bias": false, "use_bidirectional_attention": false]),
    form: TensorForm(
      names: TensorNames(feedForwardNorm: "pre_feedforward_layernorm.weight"), normShift: 1),
    gguf: GGUFForm(name: "gemma3"))
}
