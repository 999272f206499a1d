/// The model architectures that the engine runs, by their names in `config.json`.
package enum Architecture: String, CaseIterable, Hashable, Sendable {
  case llama = "LlamaForCausalLM"
  case qwen2 = "Qwen2ForCausalLM"
  case qwen3 = "Qwen3ForCausalLM"

  /// The head dimension where the configuration gives none; nil means hidden size / heads.
  var defaultHeadDimension: Int? {
    switch self {
    case .llama, .qwen2: nil
    case .qwen3: 128
    }
  }
}
