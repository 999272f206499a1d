/// What tells one architecture from another, over the layers that all share. A new one is a file with such a value and a row below.
struct ModelFamily: Sendable {
  /// Queries and keys are normalised, head by head, before the rotary embedding turns them.
  var normalizesHeads = false
  /// Problems whose tensors have a bias each, added after the product.
  var biased: Set<LinearRole> = []
  var names = TensorNames()
}

extension Architecture {
  var family: ModelFamily {
    switch self {
    case .llama: .llama
    case .qwen2: .qwen2
    case .qwen3: .qwen3
    }
  }
}

/// The tensors of a model by what they are for. The defaults are the names that most families share.
struct TensorNames: Sendable {
  var embedding = "model.embed_tokens.weight"
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
  var feedForwardNorm = "post_attention_layernorm.weight"
  var gate = "mlp.gate_proj.weight"
  var up = "mlp.up_proj.weight"
  var down = "mlp.down_proj.weight"

  /// The name of the bias beside the weights called `name`.
  static func bias(of name: String) -> String { String(name.dropLast("weight".count)) + "bias" }
}
