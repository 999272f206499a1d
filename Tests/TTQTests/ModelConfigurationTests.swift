import Foundation
import Records
import TTQ
import Testing

/// Model configurations, real and hostile.
@Suite struct ModelConfigurationTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// A sound Llama configuration with some members changed; nil removes one.
  private func configuration(_ changes: [String: String?] = [:]) throws -> ModelConfiguration {
    var members = [
      "architectures": #"["LlamaForCausalLM"]"#, "hidden_size": "64", "num_hidden_layers": "2",
      "num_attention_heads": "4", "intermediate_size": "128", "vocab_size": "320", "rms_norm_eps": "1e-05",
      "max_position_embeddings": "256",
    ]
    for (key, value) in changes { members[key] = value }
    try folder.write("config.json", "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}")
    return try ModelConfiguration(folder: folder.path)
  }

  @Test func demoModel() throws {
    let configuration = try ModelConfiguration(folder: TestData.demoModel)
    #expect(configuration.architecture == .qwen3)
    #expect(configuration.hiddenSize == 256 && configuration.layers == 6 && configuration.intermediateSize == 768)
    #expect(configuration.heads == 4 && configuration.keyValueHeads == 2 && configuration.headDimension == 64)
    #expect(configuration.vocabularySize == 4096 && configuration.maxPositions == 1024)
    #expect(configuration.rmsNormEpsilon == 1e-6 && configuration.ropeTheta == 10_000)
    #expect(configuration.tieWordEmbeddings && configuration.element == .bf16)
    #expect(configuration.bosToken == nil && configuration.eosTokens == [0])
  }

  @Test func defaults() throws {
    let configuration = try configuration()
    #expect(configuration.keyValueHeads == 4 && configuration.headDimension == 16)
    #expect(configuration.ropeTheta == 10_000 && configuration.ropeScaling == .none)
    #expect(!configuration.tieWordEmbeddings && configuration.bosToken == nil && configuration.eosTokens.isEmpty)
  }

  @Test func tokensOfBothFiles() throws {
    try folder.write("generation_config.json", #"{"bos_token_id":9,"eos_token_id":[3,4]}"#)
    let configuration = try configuration(["eos_token_id": "2", "bos_token_id": "null"])
    #expect(configuration.bosToken == 9 && configuration.eosTokens == [2, 3, 4])
  }

  @Test func bothSpellingsOfTheRotaryEmbedding() throws {
    let parameters =
      #""rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":64"#
    let modern = try configuration(["rope_parameters": "{\"rope_theta\":500000.0,\(parameters)}"])
    let old = try configuration(["rope_theta": "500000", "rope_scaling": "{\(parameters)}"])
    #expect(modern == old && modern.ropeTheta == 500_000)
    guard case .llama3(let scaling) = modern.ropeScaling else {
      Issue.record("\(modern.ropeScaling)")
      return
    }
    #expect(scaling.factor == 8 && scaling.lowFrequencyFactor == 1 && scaling.highFrequencyFactor == 4)
    #expect(scaling.originalPositions == 64)
    #expect(try configuration(["rope_scaling": #"{"type":"default"}"#]).ropeScaling == .none)
  }

  @Test(arguments: [
    ("architectures", #"["GPT2LMHeadModel"]"#, "supported: LlamaForCausalLM Qwen2ForCausalLM Qwen3ForCausalLM"),
    ("architectures", "null", "one of LlamaForCausalLM Qwen2ForCausalLM Qwen3ForCausalLM"),
    ("hidden_size", nil, "hidden_size: expected an integer in 1..."),
    ("hidden_size", "0", "hidden_size"),
    ("hidden_size", "-64", "hidden_size"),
    ("hidden_size", "9223372036854775807", "hidden_size"),
    ("hidden_size", "1e30", "hidden_size"),
    ("hidden_size", "65", "divisor of hidden_size"),
    ("num_hidden_layers", "1000000", "num_hidden_layers"),
    ("num_key_value_heads", "3", "a divisor of 4 heads"),
    ("num_key_value_heads", "8", "num_key_value_heads"),
    ("head_dim", "15", "even"),
    ("vocab_size", "99999999999", "vocab_size"),
    ("rms_norm_eps", "0", "rms_norm_eps"),
    ("rope_theta", #""x""#, "rope_theta"),
    ("rope_scaling", #"{"rope_type":"yarn","factor":4}"#, "supported: default llama3"),
    ("rope_scaling", #"{"rope_type":"llama3"}"#, "rope_scaling.low_freq_factor"),
    ("rope_scaling", "7", "rope_scaling"),
    ("partial_rotary_factor", "0.5", "partial_rotary_factor"),
    ("attention_bias", "true", "attention_bias: true is not supported; supported: false"),
    ("mlp_bias", "true", "mlp_bias"),
    ("mlp_bias", "1", "true or false"),
    ("hidden_act", #""gelu""#, "supported: silu"),
    ("use_sliding_window", "true", "use_sliding_window"),
    ("layer_types", #"["sliding_attention"]"#, "layer_types.0"),
    ("quantization_config", "{}", "quantization_config"),
    ("eos_token_id", "320", "eos_token_id"),
    ("eos_token_id", #"[1,"2"]"#, "eos_token_id.1"),
    ("tie_word_embeddings", #""yes""#, "tie_word_embeddings"),
  ])
  func hostileValues(_ key: String, _ value: String?, _ part: String) throws {
    try expectLine(part) { try configuration([key: value]) }
  }

  @Test func filesThatAreNone() throws {
    try expectLine("config.json: cannot be read: No such file") { try ModelConfiguration(folder: folder.path) }
    for text in ["", "{", "[]", "{} x", "{\"a\":tru}"] {
      try folder.write("config.json", text)
      try expectLine("config.json: ") { try ModelConfiguration(folder: folder.path) }
    }
  }

  @Test(
    .enabled(if: TestData.hasShared, "needs ../shared/data"),
    arguments: ["llama", "llama3", "qwen2", "qwen3"])
  func referenceArchitectures(_ name: String) throws {
    let configuration = try ModelConfiguration(folder: TestData.shared("models/reference-architectures/\(name)"))
    #expect(configuration.hiddenSize == 64 && configuration.layers == 3 && configuration.vocabularySize == 320)
  }

  @Test(
    .enabled(if: TestData.hasShared, "needs ../shared/data/configs"),
    arguments: [
      "Llama-3.2-1B-Instruct", "Llama-3.2-3B-Instruct", "Qwen2-1.5B-Instruct", "Qwen2-7B-Instruct",
      "Qwen2.5-0.5B-Instruct", "Qwen2.5-3B", "Qwen3-1.7B", "Qwen3-4B", "Qwen3-8B",
    ])
  func realConfigurations(_ name: String) throws {
    try folder.write("config.json", try TestData.text(TestData.shared("configs/\(name).json")))
    let configuration = try ModelConfiguration(folder: folder.path)
    #expect(configuration.headDimension == 128 || configuration.headDimension == 64)
    #expect(configuration.maxPositions >= 32_768)
  }
}
