import Foundation
import Records
import TTQ
import Testing

/// The rotary embedding of long contexts by YaRN.
@Suite struct YaRNTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// Settings, base, dimension, and what a NumPy program after transformers' `_compute_yarn_parameters` makes of them: the length and some
  /// frequencies.
  private static let cases:
    [(settings: String, theta: Double, dimension: Int, length: Double, frequencies: [Int: Double])] = [
      (
        #""factor":4.0,"original_max_position_embeddings":32768"#, 1e6, 128, 1.138629436111989,
        [
          0: 1, 20: 0.01333521432163324, 24: 0.005375321490790102, 30: 0.0010643609812470017,
          36: 0.00017984115587395423, 40: 4.445698525097307e-05, 45: 1.5107409755953319e-05,
          63: 3.102344401879299e-07,
        ]
      ),
      (
        #""factor":8,"original_max_position_embeddings":64,"beta_fast":4,"beta_slow":0.5,"truncate":false,"mscale":0.707,"mscale_all_dim":1.2"#,
        1e4, 16, 0.9179561730379721,
        [0: 1, 1: 0.28740859576652095, 2: 0.042441793456175964, 3: 0.003952847075210474, 7: 3.952847075210474e-05]
      ),
      // The original positions are the model's.
      (
        #""factor":2,"attention_factor":1.5"#, 1e4, 16, 1.5,
        [0: 1, 1: 0.2766992952647332, 2: 0.075, 3: 0.019764235376052368, 7: 0.00015811388300841897]
      ),
    ]

  private func configuration(_ members: String, dimension: Int = 16) throws -> ModelConfiguration {
    try folder.write(
      "config.json",
      """
      {"architectures":["Qwen2ForCausalLM"],"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"intermediate_size":128,
      "vocab_size":320,"rms_norm_eps":1e-5,"max_position_embeddings":256,"head_dim":\(dimension),\(members)}
      """)
    return try ModelConfiguration(folder: folder.path)
  }

  @Test(arguments: cases.indices)
  func formula(_ index: Int) throws {
    let (settings, theta, dimension, length, expected) = Self.cases[index]
    let modern = try configuration(
      "\"rope_parameters\":{\"rope_type\":\"yarn\",\"rope_theta\":\(theta),\(settings)}", dimension: dimension)
    let old = try configuration(
      "\"rope_theta\":\(theta),\"rope_scaling\":{\"type\":\"yarn\",\(settings)}", dimension: dimension)
    #expect(modern == old && modern.rotary?.theta == theta)
    guard case .yarn(let scaling)? = modern.rotary?.scaling else {
      Issue.record("\(modern)")
      return
    }
    #expect(abs(scaling.length - length) < 1e-12)
    let plain = (0..<dimension / 2).map { pow(theta, -2 * Double($0) / Double(dimension)) }
    let frequencies = scaling.scaled(plain, theta: theta)
    for (number, frequency) in expected { #expect(abs(frequencies[number] / frequency - 1) < 1e-12, "\(number)") }
  }

  @Test(arguments: [
    (#""original_max_position_embeddings":64"#, "rope_scaling.factor"),
    (#""factor":4,"beta_fast":1"#, "beta_fast: expected more than beta_slow 1.0"),
    (#""factor":4,"original_max_position_embeddings":0"#, "original_max_position_embeddings"),
    (#""factor":4,"attention_factor":-1"#, "attention_factor"),
    (#""factor":4,"truncate":1"#, "truncate: expected true or false"),
    (#""factor":4,"mscale":1,"mscale_all_dim":-100"#, "mscale_all_dim: expected a length above 0"),
  ])
  func hostileSettings(_ settings: String, _ part: String) throws {
    try expectLine(part) { try configuration("\"rope_scaling\":{\"rope_type\":\"yarn\",\(settings)}") }
  }

  private static let qwen = TestData.shared("models/reference-architectures/qwen2")

  /// The logits of the reference architecture with `settings`, its queries multiplied by `factor`.
  private func logits(_ settings: String, queries factor: Float = 1) throws -> [Float] {
    let text = try TestData.text("\(Self.qwen)/config.json")
    let unscaled = #""rope_type": "default""#
    #expect(text.contains(unscaled))
    try folder.write("config.json", text.replacing(unscaled, with: settings))
    let tensors = try SafetensorsFile(path: "\(Self.qwen)/model.safetensors")
    var writer = SafetensorsWriter()
    for name in tensors.names {
      let tensor = try tensors.tensor(name)
      let scale = name.contains("q_proj") ? factor : 1
      writer.add(name, shape: tensor.shape, values: tensor.floats().map { $0 * scale })
    }
    try writer.write(path: "\(folder.path)/model.safetensors")
    return try logits(of: folder.path)
  }

  private func logits(of path: String) throws -> [Float] {
    let tokens = try SafetensorsFile(path: "\(Self.qwen)/reference.safetensors").integers("tokens")
    return try Session(LanguageModel(folder: path), .testing(.full)).prefillAll(tokens)
  }

  /// Lengthening queries and keys twice quadruples the scores.
  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/models"))
  func lengthScalesScores() throws {
    let settings = #""rope_type":"yarn","factor":4,"original_max_position_embeddings":16,"attention_factor":"#
    let short = try logits("\(settings)1", queries: 4)
    #expect(largestDifference(try logits("\(settings)2"), short) < 1e-4)
    #expect(largestDifference(try logits("\(settings)1"), short) > 1e-3)
  }

  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/models"))
  func ggufSaysTheSame() throws {
    let plain = try GGUFModel(folder: Self.qwen).builder
    func logits(_ members: [(String, GGUFBuilder.Value)]) throws -> [Float] {
      var builder = plain
      builder.metadata += members.map { ("qwen2.rope.scaling.\($0.0)", $0.1) }
      try folder.write("model.gguf", builder.bytes)
      return try self.logits(of: "\(folder.path)/model.gguf")
    }
    let usual: [(String, GGUFBuilder.Value)] = [
      ("type", .string("yarn")), ("factor", .float32(4)), ("original_context_length", .uint32(16)),
    ]
    let settings = #""rope_type":"yarn","factor":4,"original_max_position_embeddings":16"#
    #expect(largestDifference(try logits(usual), try self.logits(settings)) < 1e-5)
    let turns: [(String, GGUFBuilder.Value)] = [("yarn_beta_fast", .float32(2)), ("yarn_beta_slow", .float32(0.25))]
    #expect(
      largestDifference(
        try logits(usual + turns), try self.logits(settings + #","beta_fast":2,"beta_slow":0.25"#)) < 1e-5)
    #expect(largestDifference(try logits(usual), try logits(usual + turns)) > 1e-4)
    try expectLine("yarn_ext_factor: 0.0 is not supported; supported: 1") {
      try logits(usual + [("yarn_ext_factor", .float32(0))])
    }
    try expectLine("yarn_beta_fast: expected more than yarn_beta_slow 1.0") {
      try logits(usual + [("yarn_beta_fast", .float32(1))])
    }
    try expectLine("rope.scaling.factor: expected a number above 0") { try logits([("type", .string("yarn"))]) }
  }
}
