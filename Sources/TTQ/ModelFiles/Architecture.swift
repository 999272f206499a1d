/// The model architectures that the engine runs, by their names in `config.json`.
package enum Architecture: String, CaseIterable, Hashable, Sendable {
  case llama = "LlamaForCausalLM"
  case qwen2 = "Qwen2ForCausalLM"
  case qwen3 = "Qwen3ForCausalLM"
  case gemma3 = "Gemma3ForCausalLM"
  case opt = "OPTForCausalLM"
}
