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
    #expect(configuration.normEpsilon == 1e-6 && configuration.rotary == RotaryParameters(theta: 10_000))
    #expect(configuration.tieWordEmbeddings && configuration.element == .bf16)
    #expect(configuration.bosToken == nil && configuration.eosTokens == [0])
  }

  @Test func defaults() throws {
    let configuration = try configuration()
    #expect(configuration.keyValueHeads == 4 && configuration.headDimension == 16)
    #expect(configuration.rotary == RotaryParameters(theta: 10_000) && configuration.sliding == nil)
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
    #expect(modern == old && modern.rotary?.theta == 500_000)
    guard case .llama3(let scaling) = modern.rotary?.scaling else {
      Issue.record("\(modern)")
      return
    }
    #expect(scaling.factor == 8 && scaling.lowFrequencyFactor == 1 && scaling.highFrequencyFactor == 4)
    #expect(scaling.originalPositions == 64)
    #expect(try configuration(["rope_scaling": #"{"type":"default"}"#]).rotary?.scaling == RotaryScaling.none)
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
    ("rope_scaling", #"{"rope_type":"longrope","factor":4}"#, "supported: default linear llama3 yarn"),
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
    .enabled(if: TestData.hasShared, "needs ../shared/data"), arguments: ReferenceTests.architectures)
  func referenceArchitectures(_ name: String) throws {
    let configuration = try ModelConfiguration(folder: TestData.shared("models/reference-architectures/\(name)"))
    #expect(configuration.hiddenSize == 64 && configuration.layers == 3 && configuration.vocabularySize == 320)
  }

  /// A sound Gemma 3 configuration as transformers 4 writes it, with some members changed.
  private func gemma(_ changes: [String: String?] = [:]) throws -> ModelConfiguration {
    var members: [String: String?] = [
      "architectures": #"["Gemma3ForCausalLM"]"#, "num_hidden_layers": "8", "sliding_window": "16",
    ]
    for (key, value) in changes { members.updateValue(value, forKey: key) }
    return try configuration(members)
  }

  @Test func gemma3InBothSpellings() throws {
    let old = try gemma([
      "rope_theta": "500000", "rope_local_base_freq": "20000", "rope_scaling": #"{"rope_type":"linear","factor":8.0}"#,
      "query_pre_attn_scalar": "168", "sliding_window_pattern": "3",
    ])
    let modern = try gemma([
      "rope_parameters":
        #"{"full_attention":{"rope_type":"linear","factor":8.0,"rope_theta":500000},"sliding_attention":{"rope_theta":20000}}"#,
      "query_pre_attn_scalar": "168",
      "layer_types": "["
        + [true, true, false, true, true, false, true, true].map { $0 ? #""sliding_attention""# : #""full_attention""# }
        .joined(separator: ",") + "]",
    ])
    #expect(old == modern)
    #expect(old.rotary == RotaryParameters(theta: 500_000, scaling: .linear(8)) && old.scoreScalar == 168)
    #expect(old.sliding?.rotary == RotaryParameters(theta: 20_000) && old.sliding?.window == 16)
    #expect(old.sliding?.isSliding == [true, true, false, true, true, false, true, true])
    #expect(old.headDimension == 256 && old.tieWordEmbeddings)
  }

  @Test func gemma3Defaults() throws {
    let configuration = try gemma()
    #expect(configuration.rotary == RotaryParameters(theta: 1_000_000) && configuration.scoreScalar == 256)
    #expect(configuration.sliding?.rotary == RotaryParameters(theta: 10_000))
    #expect(configuration.sliding?.isSliding == [true, true, true, true, true, false, true, true])
    #expect(try gemma(["sliding_window_pattern": "1", "sliding_window": nil]).sliding == nil)
  }

  @Test(arguments: [
    ("sliding_window", nil, "sliding_window: expected an integer in 1..."),
    ("sliding_window", "0", "sliding_window"),
    ("sliding_window_pattern", "0", "sliding_window_pattern"),
    ("layer_types", #"["full_attention"]"#, "the kind of each of 8 layers"),
    ("layer_types", #"["chunked_attention"]"#, "layer_types.0"),
    ("hidden_activation", #""gelu""#, "supported: gelu_pytorch_tanh"),
    ("query_pre_attn_scalar", "-1", "query_pre_attn_scalar"),
    ("rope_local_base_freq", "0", "rope_local_base_freq"),
    ("rope_scaling", #"{"rope_type":"linear"}"#, "rope_scaling.factor"),
    ("attn_logit_softcapping", "50", "attn_logit_softcapping"),
    ("final_logit_softcapping", "30", "final_logit_softcapping"),
    ("use_bidirectional_attention", "true", "use_bidirectional_attention"),
  ])
  func hostileGemma3(_ key: String, _ value: String?, _ part: String) throws {
    try expectLine(part) { try gemma([key: value]) }
  }

  /// Every real configuration is a shape, or says in a line why it is none.
  static let realConfigurations: KeyValuePairs = [
    "Llama-3.2-1B-Instruct": "llama 16x2048", "Llama-3.2-3B-Instruct": "llama 28x3072",
    "Qwen2-1.5B-Instruct": "qwen2 28x1536", "Qwen2-7B-Instruct": "qwen2 28x3584",
    "Qwen2.5-0.5B-Instruct": "qwen2 24x896",
    "Qwen2.5-3B": "qwen2 36x2048", "Qwen3-1.7B": "qwen3 28x2048", "Qwen3-4B": "qwen3 36x2560",
    "Qwen3-8B": "qwen3 36x4096", "opt-125m": "opt 12x768",
    "opt-350m": "do_layer_norm_before: false is not supported; supported: true",
    // Its window stands under another name, and a guess would be another model.
    "gemma3_1b_it": "sliding_window: expected an integer in 1...",
    "gemma2_2b_it": "architectures.0: \"Gemma2ForCausalLM\" is not supported",
    "llama3-8B-instruct": "architectures: expected one of", "executorch-gemma3-1b": "architectures: expected one of",
    "executorch-qwen3-0_6b": "architectures: expected one of",
    "executorch-smollm2-135M": "architectures: expected one of", "shape-opt-1.3b": "architectures: expected one of",
    "shape-opt-125m": "architectures: expected one of", "shape-opt-13b": "architectures: expected one of",
    "shape-opt-350m": "architectures: expected one of", "shape-opt-6.7b": "architectures: expected one of",
  ]

  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/configs"))
  func realConfigurations() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: TestData.shared("configs"))
    #expect(Set(files.filter { $0.hasSuffix(".json") }) == Set(Self.realConfigurations.map { "\($0.key).json" }))
    for (name, expected) in Self.realConfigurations {
      try folder.write("config.json", try TestData.text(TestData.shared("configs/\(name).json")))
      do {
        let configuration = try ModelConfiguration(folder: folder.path)
        #expect("\(configuration.architecture) \(configuration.layers)x\(configuration.hiddenSize)" == expected)
        let shape = ModelShape(configuration, name: name, source: "config.json", element: .bf16)
        #expect(shape.linears.count == LinearRole.allCases.count)
      } catch {
        #expect(error.description.contains(expected) && !error.description.contains("\n"), "\(name)")
      }
    }
  }

  /// The window in its usual place makes the same file a shape.
  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/configs"))
  func gemma3OfOneBillion() throws {
    let text = try TestData.text(TestData.shared("configs/gemma3_1b_it.json"))
    try folder.write("config.json", text.replacing("sliding_window_attention_size", with: "sliding_window"))
    let configuration = try ModelConfiguration(folder: folder.path)
    #expect(
      configuration.sliding?.window == 512 && configuration.scoreScalar == 256 && configuration.headDimension == 256)
    #expect(configuration.rotary == RotaryParameters(theta: 1_000_000, scaling: .linear(1)))
    #expect(configuration.eosTokens == [1, 106] && configuration.tieWordEmbeddings && configuration.element == .bf16)
    #expect(configuration.sliding?.isSliding.count { !$0 } == 4)
  }

  @Test func projectedEmbeddings() throws {
    try expectLine("word_embed_proj_dim: 32 is not supported; supported: hidden_size 64") {
      try configuration([
        "architectures": #"["OPTForCausalLM"]"#, "ffn_dim": "128", "activation_function": #""relu""#,
        "word_embed_proj_dim": "32",
      ])
    }
  }
}
