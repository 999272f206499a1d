import Foundation
import TTQ

/// Models of one or two layers and a few kilobytes, in Hugging Face's files.
enum TinyModel: String, CaseIterable {
  case llama, gemma3, opt

  var configuration: String {
    switch self {
    case .llama:
      """
      {"architectures":["LlamaForCausalLM"],"hidden_size":16,"num_hidden_layers":1,"num_attention_heads":2,
      "intermediate_size":20,"vocab_size":24,"rms_norm_eps":1e-5,"max_position_embeddings":64,"bos_token_id":1,
      "rope_parameters":{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,
      "original_max_position_embeddings":32,"rope_theta":5e5},"eos_token_id":[2,3],"tie_word_embeddings":true,
      "dtype":"float32"}
      """
    case .gemma3:
      """
      {"architectures":["Gemma3ForCausalLM"],"hidden_size":16,"num_hidden_layers":2,"num_attention_heads":2,
      "num_key_value_heads":1,"head_dim":8,"intermediate_size":20,"vocab_size":24,"rms_norm_eps":1e-6,
      "max_position_embeddings":64,"hidden_activation":"gelu_pytorch_tanh","query_pre_attn_scalar":8,
      "layer_types":["sliding_attention","full_attention"],"sliding_window":4,"rope_theta":1000000,
      "rope_local_base_freq":10000,"rope_scaling":{"rope_type":"linear","factor":8.0},"eos_token_id":1}
      """
    case .opt:
      """
      {"architectures":["OPTForCausalLM"],"hidden_size":16,"num_hidden_layers":1,"num_attention_heads":2,"ffn_dim":20,
      "vocab_size":24,"max_position_embeddings":64,"activation_function":"relu","do_layer_norm_before":true,
      "enable_bias":true,"word_embed_proj_dim":16,"bos_token_id":2,"eos_token_id":2,"torch_dtype":"float16"}
      """
    }
  }

  private var shapes: [(name: String, shape: [Int])] {
    let (hidden, inner, tokens) = (16, 20, 24)
    switch self {
    case .llama:
      let layer = ["q", "k", "v", "o"].map { ("self_attn.\($0)_proj.weight", [hidden, hidden]) }
      return [("model.embed_tokens.weight", [tokens, hidden]), ("model.norm.weight", [hidden])]
        + (layer + feedForward + norms(["input_layernorm", "post_attention_layernorm"])).map {
          ("model.layers.0.\($0.0)", $0.1)
        }
    case .gemma3:
      let attention = [("q", [16, hidden]), ("k", [8, hidden]), ("v", [8, hidden]), ("o", [hidden, 16])]
      let layer =
        attention.map { ("self_attn.\($0.0)_proj.weight", $0.1) } + feedForward
        + [("self_attn.q_norm.weight", [8]), ("self_attn.k_norm.weight", [8])]
        + norms([
          "input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm",
        ])
      return [("model.embed_tokens.weight", [tokens, hidden]), ("model.norm.weight", [hidden])]
        + (0..<2).flatMap { index in layer.map { ("model.layers.\(index).\($0.0)", $0.1) } }
    case .opt:
      let matrices =
        ["q_proj", "k_proj", "v_proj", "out_proj"].map { ("self_attn.\($0)", [hidden, hidden]) }
        + [("fc1", [inner, hidden]), ("fc2", [hidden, inner])]
      let vectors = ["self_attn_layer_norm", "final_layer_norm"].map { ("layers.0.\($0)", [hidden]) }
      let both =
        matrices.map { ("layers.0.\($0.0)", $0.1) } + vectors + [("final_layer_norm", [hidden])]
      return
        ([("embed_tokens.weight", [tokens, hidden]), ("embed_positions.weight", [66, hidden])]
        + both.flatMap { [("\($0.0).weight", $0.1), ("\($0.0).bias", [$0.1[0]])] }).map {
          ("model.decoder.\($0.0)", $0.1)
        }
    }
  }

  private var feedForward: [(String, [Int])] {
    [("mlp.gate_proj.weight", [20, 16]), ("mlp.up_proj.weight", [20, 16]), ("mlp.down_proj.weight", [16, 20])]
  }

  private func norms(_ names: [String]) -> [(String, [Int])] { names.map { ("\($0).weight", [16]) } }

  /// Writes `config.json` and `model.safetensors`, with `prefix` before the names of tensors.
  func write(to folder: TestFolder, prefix: String = "model.") throws {
    try folder.write("config.json", configuration)
    var writer = SafetensorsWriter()
    for (name, shape) in shapes {
      writer.add(
        prefix + name.dropFirst("model.".count), shape: shape,
        values: (0..<shape.reduce(1, *)).map { sin(Float($0 * 13 + name.count)) })
    }
    try writer.write(path: "\(folder.path)/model.safetensors")
  }
}
