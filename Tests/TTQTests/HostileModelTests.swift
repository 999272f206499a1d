import Foundation
import TTQ
import Testing

/// Folders that look like models and are not: each a one-line error that names the tensor.
@Suite struct HostileModelTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  static let rows = 24

  /// Writes a sound one-layer Llama model with some tensors changed; nil removes one.
  private func write(_ changes: [String: (shape: [Int], values: [Float])?] = [:], tied: Bool = true) throws {
    try folder.write(
      "config.json",
      """
      {"architectures":["LlamaForCausalLM"],"hidden_size":16,"num_hidden_layers":1,"num_attention_heads":2,
      "intermediate_size":20,"vocab_size":\(Self.rows),"rms_norm_eps":1e-5,"max_position_embeddings":64,
      "tie_word_embeddings":\(tied)}
      """)
    var shapes = [
      "model.embed_tokens.weight": [Self.rows, 16], "model.norm.weight": [16],
      "model.layers.0.input_layernorm.weight": [16], "model.layers.0.post_attention_layernorm.weight": [16],
    ]
    for name in ["q", "k", "v", "o"] { shapes["model.layers.0.self_attn.\(name)_proj.weight"] = [16, 16] }
    for name in ["gate", "up"] { shapes["model.layers.0.mlp.\(name)_proj.weight"] = [20, 16] }
    shapes["model.layers.0.mlp.down_proj.weight"] = [16, 20]
    var writer = SafetensorsWriter()
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      let values = (0..<shape.reduce(1, *)).map { sin(Float($0 * 13 + name.count)) }
      guard let change = changes[name, default: (shape, values)] else { continue }
      writer.add(name, shape: change.shape, values: change.values)
    }
    try writer.write(path: "\(folder.path)/model.safetensors")
  }

  private func failure() -> String? {
    do {
      _ = try LanguageModel(folder: folder.path)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func soundModelRuns() throws {
    try write()
    let model = try LanguageModel(folder: folder.path)
    #expect(model.tokenizer == nil)
    for method in TTQ.Method.allCases {
      let generation = try Session(model, .testing(method)).generate([1, 2, 3, 4, 5, 6, 7, 8, 9])
      #expect(generation.stop == .contextFull(capacity: 64) && generation.text.isEmpty)
    }
    #expect(throws: EngineError.self) { try model.encode("text") }
    var beyond = try SessionOptions.testing(.full)
    beyond.context = 100
    #expect(try Session(model, beyond).notes.count == 1)
  }

  @Test(arguments: [
    "model.embed_tokens.weight", "model.norm.weight", "model.layers.0.input_layernorm.weight",
    "model.layers.0.self_attn.k_proj.weight", "model.layers.0.mlp.up_proj.weight",
    "model.layers.0.mlp.down_proj.weight",
  ])
  func everyTensorIsChecked(_ name: String) throws {
    try write([name: nil])
    #expect(try #require(failure()).contains("missing tensor \(name)"))
    try write([name: ([3, 5], [Float](repeating: 0, count: 15))])
    let shape = try #require(failure())
    #expect(shape.contains(name) && shape.contains("[3, 5]") && !shape.contains("\n"))
    let shapes = [
      "model.embed_tokens.weight": [Self.rows, 16], "model.layers.0.self_attn.k_proj.weight": [16, 16],
      "model.layers.0.mlp.up_proj.weight": [20, 16], "model.layers.0.mlp.down_proj.weight": [16, 20],
    ]
    let size = shapes[name] ?? [16]
    for bad in [Float.nan, .infinity, -.infinity] {
      var values = [Float](repeating: 0.5, count: size.reduce(1, *))
      values[11] = bad
      try write([name: (size, values)])
      let line = try #require(failure())
      #expect(line.contains(name) && line.contains("element 11") && !line.contains("\n"))
    }
  }

  /// Files saved without the output layer name the same tensors without `model.` before them.
  @Test(arguments: TinyModel.allCases)
  func bareModels(_ model: TinyModel) throws {
    var logits: [[Float]] = []
    for prefix in ["model.", ""] {
      try model.write(to: folder, prefix: prefix)
      let session = try Session(LanguageModel(folder: folder.path), .testing(.full))
      try session.prefill(Array(1...9))
      logits.append(session.logits)
    }
    #expect(logits[0] == logits[1] && logits[0].contains { $0 != 0 })
    try model.write(to: folder, prefix: "other.")
    #expect(try #require(failure()).contains("missing tensor model."))
  }

  @Test func missingHead() throws {
    try write(tied: false)
    #expect(try #require(failure()).contains("missing tensor lm_head.weight"))
  }

  /// Finite weights whose activations are not: the layer is named.
  @Test func overflowingActivations() throws {
    let huge = [Float](repeating: 3e38, count: 16)
    try write(["model.layers.0.post_attention_layernorm.weight": ([16], huge)])
    let model = try LanguageModel(folder: folder.path)
    let session = try Session(model, .testing(.ttq))
    #expect(throws: EngineError.nonFinite("activations of layer 0 gate_up")) { try session.prefill(Array(1...9)) }
    let full = try Session(model, .testing(.full))
    #expect(throws: EngineError.self) { try full.generate(Array(1...9)) }
  }

  /// Weights of all magnitudes that f32 has are brought into the range of f16.
  @Test(arguments: [Float(1e-38), 1e-30, 1, 1e30])
  func magnitudes(_ magnitude: Float) throws {
    let values = (0..<320).map { sin(Float($0 * 7)) * magnitude }
    try write(["model.layers.0.mlp.up_proj.weight": ([20, 16], values)])
    let session = try Session(LanguageModel(folder: folder.path), .testing(.rtn, bits: 8))
    try session.prefill(Array(1...9))
    #expect(session.logits.allSatisfy { $0.isFinite })
  }

  /// A model of zeros: every scale is 0, every logit too.
  @Test func zeros() throws {
    try write(["model.embed_tokens.weight": ([Self.rows, 16], [Float](repeating: 0, count: Self.rows * 16))])
    let session = try Session(LanguageModel(folder: folder.path), .testing(.ttq))
    try session.prefill(Array(1...9))
    #expect(session.logits == [Float](repeating: 0, count: Self.rows))
  }
}
