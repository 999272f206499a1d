extension ModelFamily {
  /// OPT, all sizes but 350m, whose norms come after the blocks and whose embeddings are projected: learned positions, of which the first
  /// two are never used, centred norms, a bias everywhere, and no gate.
  static let opt = ModelFamily(
    norm: .layer, biased: [.qkv, .output, .gateUp, .down], activation: .relu, firstPosition: 2,
    keys: ConfigurationKeys(
      intermediateSize: "ffn_dim", activation: "activation_function", normEpsilon: 1e-5, tiesEmbeddings: true,
      switches: [
        "do_layer_norm_before": true, "enable_bias": true, "layer_norm_elementwise_affine": true,
        "_remove_final_layer_norm": false,
      ]),
    form: TensorForm(
      names: TensorNames(
        embedding: "model.decoder.embed_tokens.weight", positions: "model.decoder.embed_positions.weight",
        finalNorm: "model.decoder.final_layer_norm.weight", layers: "model.decoder.layers",
        attentionNorm: "self_attn_layer_norm.weight", output: "self_attn.out_proj.weight",
        feedForwardNorm: "final_layer_norm.weight", up: "fc1.weight", down: "fc2.weight")))
}
