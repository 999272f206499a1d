/// The tensors of a model by what they are for. The defaults are the names that most Hugging Face folders share.
struct TensorNames: Sendable {
  var embedding = "model.embed_tokens.weight"
  var positions = "model.embed_positions.weight"
  var finalNorm = "model.norm.weight"
  var head = "lm_head.weight"
  /// What comes before the number of a layer.
  var layers = "model.layers"
  var attentionNorm = "input_layernorm.weight"
  var query = "self_attn.q_proj.weight"
  var key = "self_attn.k_proj.weight"
  var value = "self_attn.v_proj.weight"
  var queryNorm = "self_attn.q_norm.weight"
  var keyNorm = "self_attn.k_norm.weight"
  var output = "self_attn.o_proj.weight"
  /// Of what attention adds to the stream.
  var attentionBlockNorm = "post_attention_layernorm.weight"
  var feedForwardNorm = "post_attention_layernorm.weight"
  var gate = "mlp.gate_proj.weight"
  /// The only one where nothing is gated.
  var up = "mlp.up_proj.weight"
  var down = "mlp.down_proj.weight"
  /// Of what the feed-forward block adds to the stream.
  var feedForwardBlockNorm = "post_feedforward_layernorm.weight"

  /// The name of the bias beside the weights called `name`.
  static func bias(of name: String) -> String { String(name.dropLast("weight".count)) + "bias" }

  /// The names in files where `prefix` stands in place of `model.` before the model's own parts: nothing where it was saved without
  /// the output layer, more where it is a part of another model. What comes before `model.` is before the output layer, too.
  func replacingModel(with prefix: String) -> TensorNames {
    let model = "model."
    func replaced(_ name: String) -> String { name.hasPrefix(model) ? prefix + name.dropFirst(model.count) : name }
    var names = self
    names.embedding = replaced(embedding)
    names.positions = replaced(positions)
    names.finalNorm = replaced(finalNorm)
    names.layers = replaced(layers)
    if prefix.hasSuffix(model) { names.head = prefix.dropLast(model.count) + head }
    return names
  }

  /// The names that llama.cpp gives the tensors of every family.
  static let gguf = TensorNames(
    embedding: "token_embd.weight", positions: "position_embd.weight", finalNorm: "output_norm.weight",
    head: "output.weight", layers: "blk", attentionNorm: "attn_norm.weight", query: "attn_q.weight",
    key: "attn_k.weight", value: "attn_v.weight", queryNorm: "attn_q_norm.weight", keyNorm: "attn_k_norm.weight",
    output: "attn_output.weight", attentionBlockNorm: "post_attention_norm.weight", feedForwardNorm: "ffn_norm.weight",
    gate: "ffn_gate.weight", up: "ffn_up.weight", down: "ffn_down.weight",
    feedForwardBlockNorm: "post_ffw_norm.weight")
}
