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
    gguf: GGUFForm(name: "gemma3"),
    // The defaults of transformers' Gemma3TextConfig, which files with pictures rely on.
    multimodal: MultimodalForm(
      architecture: "Gemma3ForConditionalGeneration",
      defaults: [
        "vocab_size": 262_208, "hidden_size": 2304, "intermediate_size": 9216, "num_hidden_layers": 26,
        "num_attention_heads": 8, "num_key_value_heads": 4, "max_position_embeddings": 131_072,
        "query_pre_attn_scalar": 256, "sliding_window": 4096, "bos_token_id": 2, "eos_token_id": 1,
      ],
      normEpsilon: 1e-6,
      prefixes: ["language_model.model.", "model.language_model."],
      others: ["vision_tower.", "multi_modal_projector."]))
}
