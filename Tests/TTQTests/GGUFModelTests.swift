import Foundation
import Records
import TTQ
import Testing

/// Models in GGUF files: the same as in their folders, and clear errors.
@Suite struct GGUFModelTests {
  let folder: TestFolder
  private var path: String { "\(folder.path)/model.gguf" }

  init() throws { folder = try TestFolder() }

  private func load(_ builder: GGUFBuilder) throws -> LanguageModel {
    try folder.write("model.gguf", builder.bytes)
    return try LanguageModel(folder: path)
  }

  private static let architectures = ["llama", "llama3", "qwen2", "qwen3", "gemma3"]

  private static func reference(_ name: String) -> String { TestData.shared("models/reference-architectures/\(name)") }

  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/models"), arguments: architectures)
  func logitsAndGreedyTokens(_ name: String) throws {
    let source = Self.reference(name)
    let model = try load(try GGUFModel(folder: source).builder)
    #expect(model.tokenizer == nil)
    try expectReference(model, of: source)
  }

  /// In half the bits the logits are near, and quantized weights work as those of a folder.
  @Test(
    .enabled(if: TestData.hasShared, "needs ../shared/data/models"), arguments: architectures,
    [(UInt32(1), ElementType.f16), (30, .bf16)])
  func halfPrecision(_ name: String, type: (number: UInt32, element: ElementType)) throws {
    let source = Self.reference(name)
    let reference = try SafetensorsFile(path: "\(source)/reference.safetensors")
    let tokens = try reference.integers("tokens")
    let model = try load(try GGUFModel(folder: source, type: type.number).builder)
    #expect(model.configuration.element == type.element)
    let expected = try reference.tensor("logits").floats()
    let largest = expected.reduce(0) { max($0, abs($1)) }
    for (method, tolerance) in [(TTQ.Method.full, Float(0.03)), (.ttq, 0.1)] {
      let logits = try Session(model, .testing(method, bits: 8)).prefillAll(tokens)
      #expect(largestDifference(logits, expected) < tolerance * largest, "\(method)")
    }
  }

  /// The embedded model, tokenizer included, does word by word what its folder does.
  @Test func demoModel() throws {
    var converted = try GGUFModel(folder: TestData.demoModel, type: 30)
    try converted.addTokenizer("\(TestData.demoModel)/tokenizer.json", pre: "qwen2")
    let model = try load(converted.builder)
    let original = try LanguageModel(folder: TestData.demoModel)
    let text = "The old man's house, 1895:\n\n  \u{E9}t\u{65}\u{301} <|im_end|>"
    #expect(try model.encode(text) == (try original.encode(text)))
    #expect(try model.encode(text, special: true) == (try original.encode(text, special: true)))
    #expect(model.configuration.eosTokens == [0, 2] && model.weightBytes == original.weightBytes)
    var parameters = GenerateParameters()
    parameters.maxTokens = 24
    for method in TTQ.Method.allCases {
      let prompt = try model.encode("The old man sat by the fire and")
      let found = try Session(model, .testing(method)).generate(prompt, parameters)
      let expected = try Session(original, .testing(method)).generate(prompt, parameters)
      #expect(found.tokens == expected.tokens && found.text == expected.text && !found.text.isEmpty)
    }
  }

  @Test func errors() throws {
    let sound = GGUFBuilder.tinyModel
    #expect(try load(sound).encode("ab b") == [4, 5, 3])
    func expect(_ part: String, _ change: (inout GGUFBuilder) -> Void) throws {
      var builder = sound
      change(&builder)
      try expectLine(part) { try load(builder) }
      try expectLine("model.gguf: ") { try load(builder) }
    }
    func set(_ key: String, _ value: GGUFBuilder.Value?) -> (inout GGUFBuilder) -> Void {
      { builder in
        builder.metadata.removeAll { $0.key == key }
        if let value { builder.metadata.append((key, value)) }
      }
    }
    try expect(
      "\"opt\" is not supported; supported: llama qwen2 qwen3 gemma3", set("general.architecture", .string("opt")))
    try expect("general.architecture: expected a string", set("general.architecture", nil))
    try expect("qwen3.block_count: expected an integer", set("qwen3.block_count", nil))
    try expect("qwen3.block_count", set("qwen3.block_count", .uint32(0)))
    try expect("missing tensor blk.1.attn_norm.weight", set("qwen3.block_count", .uint32(2)))
    try expect(
      "qwen3.attention.head_count_kv: expected an integer in 1...2", set("qwen3.attention.head_count_kv", .uint32(0)))
    try expect("supported: the head dimension 16", set("qwen3.attention.value_length", .uint32(8)))
    try expect("supported: the head dimension 16", set("qwen3.rope.dimension_count", .uint32(8)))
    try expect("qwen3.rope.scaling.type: \"longrope\"", set("qwen3.rope.scaling.type", .string("longrope")))
    try expect("qwen3.rope.scaling.factor", set("qwen3.rope.scaling.type", .string("linear")))
    try expect("qwen3.expert_count: 8 is not supported", set("qwen3.expert_count", .uint32(8)))
    try expect("qwen3.attention.sliding_window: 16", set("qwen3.attention.sliding_window", .uint32(16)))
    try expect("split.no: expected an integer", set("split.count", .uint16(2)))
    try expect("tokenizer.ggml.model: \"bert\"", set("tokenizer.ggml.model", .string("bert")))
    try expect("tensor blk.0.ffn_up.weight: type Q4_K is not supported; supported: F32 F16 BF16") { builder in
      guard let index = builder.tensors.firstIndex(where: { $0.name == "blk.0.ffn_up.weight" }) else { return }
      builder.tensors[index].type = 12
    }
    try expect("tensor token_embd.weight: type Q6_K") { $0.tensors[0].type = 14 }
    try expect("missing tensor output_norm.weight") { $0.tensors.removeAll { $0.name == "output_norm.weight" } }
    try expect("tensor blk.0.attn_q.bias: a bias is not supported") { builder in
      builder.add("blk.0.attn_q.bias", shape: [32], [Float](repeating: 0, count: 32))
    }
    try expect("tensor rope_freqs.weight: expected numbers above 0") { builder in
      builder.add("rope_freqs.weight", shape: [8], [Float](repeating: 0, count: 8))
    }
    try expectLine("absent.gguf: cannot be read: No such file") { try LanguageModel(folder: "absent.gguf") }
    try folder.write("model.bin", "neither")
    try expectLine("model.bin: byte 0: expected the letters GGUF") {
      try LanguageModel(folder: "\(folder.path)/model.bin")
    }
  }

  /// SentencePiece by hand: scores decide, spaces are marks, unknown letters are bytes, and defined tokens are found whole.
  @Test func scores() throws {
    let bytes = (0...255).map { (text: "<0x\(String(format: "%02X", $0))>", kind: Int32(6), score: Float(0)) }
    let tokens: [(text: String, kind: Int32, score: Float)] =
      [("<unk>", 2, 0), ("<s>", 3, 0), ("</s>", 3, 0)] + bytes + [
        ("\u{2581}", 1, -9), ("a", 1, -9), ("b", 1, -9), ("ab", 1, -3), ("ba", 1, -2), ("\u{2581}a", 1, -4),
        ("\u{2581}\u{2581}", 4, 0), ("<x>", 4, 0),
      ]
    var builder = GGUFBuilder()
    builder.metadata = [
      ("tokenizer.ggml.model", .string("llama")), ("tokenizer.ggml.tokens", .array(tokens.map { .string($0.text) })),
      ("tokenizer.ggml.token_type", .array(tokens.map { .int32($0.kind) })),
      ("tokenizer.ggml.scores", .array(tokens.map { .float32($0.score) })),
    ]
    func id(_ text: String) -> Int { tokens.firstIndex { $0.text == text } ?? -1 }
    try folder.write("model.gguf", builder.bytes)
    let prefixed = try Tokenizer(folder: path)
    // The best pair first: "ba" before "ab", so the first "a" is left for the mark.
    #expect(try prefixed.encode("aba") == [id("\u{2581}a"), id("ba")])
    #expect(try prefixed.encode("aba", template: true) == [1, id("\u{2581}a"), id("ba")])
    #expect(prefixed.decode([id("\u{2581}a"), id("ba")]) == "aba")
    #expect(try prefixed.encode("\u{E9}") == [id("\u{2581}"), id("<0xC3>"), id("<0xA9>")])
    #expect(prefixed.decode([id("<0xC3>"), id("<0xA9>")]) == "\u{E9}")
    builder.metadata.append(("tokenizer.ggml.add_space_prefix", .bool(false)))
    try folder.write("model.gguf", builder.bytes)
    let plain = try Tokenizer(folder: path)
    #expect(
      try plain.encode("ab  ab<x></s>") == [id("ab"), id("\u{2581}\u{2581}"), id("ab"), id("<x>")]
        + "</s>".utf8.map { Int($0) + 3 })
    #expect(try plain.encode("a</s>", special: true) == [id("a"), 2])
    #expect(plain.decode([id("\u{2581}a"), id("\u{2581}\u{2581}"), id("b")]) == " a  b")
  }

  @Test func hostileTokenizers() throws {
    func expect(_ part: String, _ key: String, _ value: GGUFBuilder.Value?, model: String = "llama") throws {
      var members: [String: GGUFBuilder.Value] = [
        "model": .string(model), "pre": .string("gpt-2"),
        "tokens": .array(["<unk>", "<s>", "a", "b", "ab"].map { .string($0) }),
        "token_type": .array([2, 3, 1, 1, 1].map { .int32($0) }),
        "scores": .array([0, 0, -2, -3, -1].map { .float32($0) }), "merges": .array([.string("a b")]),
      ]
      if let value { members[key] = value } else { members[key] = nil }
      var builder = GGUFBuilder()
      builder.metadata = members.map { ("tokenizer.ggml.\($0.key)", $0.value) }
      try folder.write("model.gguf", builder.bytes)
      try expectLine(part) { try Tokenizer(folder: path) }
    }
    try expect("tokens: expected an array of tokens", "tokens", nil)
    try expect("tokens: expected strings", "tokens", .array([.int8(1)]))
    try expect("one id for token \"a\"", "tokens", .array(["<unk>", "<s>", "a", "a", "b"].map { .string($0) }))
    try expect("the types of 5 tokens", "token_type", .array([.int32(1)]))
    try expect("types in 1...6", "token_type", .array([2, 3, 1, 1, 7].map { .int32($0) }))
    try expect("the scores of 5 tokens", "scores", nil)
    try expect("scores: expected numbers", "scores", .array([0, 0, .nan, 0, 0].map { .float32($0) }))
    try expect("bos_token_id", "bos_token_id", .uint32(5))
    try expect("add_bos_token: expected true or false", "add_bos_token", .uint8(1))
    try expect("\"t5\" is not supported; supported: gpt2 llama", "model", .string("t5"))
    try expect("pre: \"mpt\" is not supported; supported: gpt-2 qwen2", "pre", .string("mpt"), model: "gpt2")
    try expect("merges: expected an array", "merges", nil, model: "gpt2")
    try expect("merges 0", "merges", .array([.string("a c")]), model: "gpt2")
  }
}
