import Foundation
import Records
import TTQ

/// A Hugging Face folder written as a GGUF file, by llama.cpp's conventions as they are told here a second time.
struct GGUFModel {
  var builder = GGUFBuilder()
  private let configuration: ModelConfiguration
  private let source: TensorStore
  /// ggml's number of the type that matrices are written in.
  private let type: UInt32

  /// Type 0 is F32, 1 F16, 30 BF16.
  init(folder: String, type: UInt32 = 0) throws {
    configuration = try ModelConfiguration(folder: folder)
    source = try TensorStore(folder: folder)
    self.type = type
    let name = "\(configuration.architecture)"
    builder.metadata = [("general.architecture", .string(name))] + metadata(name)
    try addTensors()
  }

  private func metadata(_ name: String) -> [(String, GGUFBuilder.Value)] {
    var values: [(String, GGUFBuilder.Value)] = [
      ("context_length", .uint32(UInt32(configuration.maxPositions))),
      ("embedding_length", .uint32(UInt32(configuration.hiddenSize))),
      ("block_count", .uint32(UInt32(configuration.layers))),
      ("feed_forward_length", .uint32(UInt32(configuration.intermediateSize))),
      ("attention.head_count", .uint32(UInt32(configuration.heads))),
      ("attention.head_count_kv", .uint32(UInt32(configuration.keyValueHeads))),
      ("attention.layer_norm_rms_epsilon", .float32(Float(configuration.normEpsilon))),
      ("rope.freq_base", .float32(Float(configuration.rotary?.theta ?? 0))),
    ]
    switch configuration.architecture {
    case .llama: values.append(("rope.dimension_count", .uint32(UInt32(configuration.headDimension))))
    case .qwen2: break
    default:
      values.append(("attention.key_length", .uint32(UInt32(configuration.headDimension))))
      values.append(("attention.value_length", .uint32(UInt32(configuration.headDimension))))
    }
    if let sliding = configuration.sliding {
      values.append(("attention.sliding_window", .uint32(UInt32(sliding.window))))
      values.append(("attention.sliding_window_pattern", .array(sliding.isSliding.map { .bool($0) })))
    }
    return values.map { ("\(name).\($0.0)", $0.1) }
  }

  private mutating func addTensors() throws {
    try add("token_embd.weight", from: "model.embed_tokens.weight")
    try add("output_norm.weight", from: "model.norm.weight")
    if source.contains("lm_head.weight") { try add("output.weight", from: "lm_head.weight") }
    if case .llama3(let scaling)? = configuration.rotary?.scaling { addDivisors(scaling) }
    let isGemma = configuration.architecture == .gemma3
    let names = [
      "attn_norm.weight": "input_layernorm.weight", "attn_q.weight": "self_attn.q_proj.weight",
      "attn_k.weight": "self_attn.k_proj.weight", "attn_v.weight": "self_attn.v_proj.weight",
      "attn_q.bias": "self_attn.q_proj.bias", "attn_k.bias": "self_attn.k_proj.bias",
      "attn_v.bias": "self_attn.v_proj.bias", "attn_q_norm.weight": "self_attn.q_norm.weight",
      "attn_k_norm.weight": "self_attn.k_norm.weight", "attn_output.weight": "self_attn.o_proj.weight",
      "ffn_norm.weight": isGemma ? "pre_feedforward_layernorm.weight" : "post_attention_layernorm.weight",
      "post_attention_norm.weight": isGemma ? "post_attention_layernorm.weight" : "none",
      "post_ffw_norm.weight": "post_feedforward_layernorm.weight", "ffn_gate.weight": "mlp.gate_proj.weight",
      "ffn_up.weight": "mlp.up_proj.weight", "ffn_down.weight": "mlp.down_proj.weight",
    ]
    for layer in 0..<configuration.layers {
      for (name, theirs) in names.sorted(by: { $0.key < $1.key }) {
        let theirs = "model.layers.\(layer).\(theirs)"
        if source.contains(theirs) { try add("blk.\(layer).\(name)", from: theirs) }
      }
    }
  }

  private mutating func add(_ name: String, from theirs: String) throws {
    let shape = try shape(of: theirs)
    let tensor = try source.tensor(theirs, shape: shape)
    var values = tensor.floats()
    if configuration.architecture == .gemma3, theirs.hasSuffix("norm.weight") { values = values.map { $0 + 1 } }
    if configuration.architecture == .llama, name.hasSuffix("attn_q.weight") || name.hasSuffix("attn_k.weight") {
      values = Self.permuted(values, heads: shape[0] / configuration.headDimension, columns: shape[1])
    }
    guard shape.count == 2 else { return builder.add(name, shape: shape, values) }
    let data: [UInt8] =
      switch type {
      case 1: values.flatMap { GGUFBuilder.bytes(Float16($0).bitPattern) }
      // Cut off: exact for weights that are bf16 already.
      case 30: values.flatMap { GGUFBuilder.bytes(UInt16($0.bitPattern >> 16)) }
      default: values.flatMap { GGUFBuilder.bytes($0.bitPattern) }
      }
    builder.tensors.append(.init(name: name, shape: shape, type: type, data: data))
  }

  private func shape(of name: String) throws -> [Int] {
    let (hidden, inner) = (configuration.hiddenSize, configuration.intermediateSize)
    let (queries, keys) = (
      configuration.heads * configuration.headDimension, configuration.keyValueHeads * configuration.headDimension
    )
    let part = name.split(separator: ".").suffix(2).joined(separator: ".")
    let shapes = [
      "embed_tokens.weight": [configuration.vocabularySize, hidden],
      "lm_head.weight": [configuration.vocabularySize, hidden],
      "q_proj.weight": [queries, hidden], "k_proj.weight": [keys, hidden], "v_proj.weight": [keys, hidden],
      "q_proj.bias": [queries], "k_proj.bias": [keys], "v_proj.bias": [keys],
      "q_norm.weight": [configuration.headDimension], "k_norm.weight": [configuration.headDimension],
      "o_proj.weight": [hidden, queries], "gate_proj.weight": [inner, hidden], "up_proj.weight": [inner, hidden],
      "down_proj.weight": [hidden, inner],
    ]
    return shapes[part] ?? [hidden]
  }

  /// Rows i and i + d/2 of each head come to stand side by side.
  private static func permuted(_ values: [Float], heads: Int, columns: Int) -> [Float] {
    let dimension = values.count / columns / heads
    return (0..<heads).flatMap { head in
      (0..<dimension).flatMap { row in
        let from = head * dimension + row % 2 * (dimension / 2) + row / 2
        return values[from * columns..<(from + 1) * columns]
      }
    }
  }

  /// By wavelength, as the converter writes them.
  private mutating func addDivisors(_ scaling: RotaryScaling.Llama3) {
    let (theta, dimension) = (configuration.rotary?.theta ?? 0, configuration.headDimension)
    let context = Double(scaling.originalPositions)
    let divisors = stride(from: 0, to: dimension, by: 2).map { index in
      let wavelength = 2 * Double.pi * pow(theta, Double(index) / Double(dimension))
      if wavelength < context / scaling.highFrequencyFactor { return Float(1) }
      if wavelength > context / scaling.lowFrequencyFactor { return Float(scaling.factor) }
      let smooth =
        (context / wavelength - scaling.lowFrequencyFactor)
        / (scaling.highFrequencyFactor - scaling.lowFrequencyFactor)
      return Float(1 / ((1 - smooth) / scaling.factor + smooth))
    }
    builder.add("rope_freqs.weight", shape: [dimension / 2], divisors)
  }

  /// Puts the byte-level tokenizer of `tokenizer.json` into the metadata.
  mutating func addTokenizer(_ path: String, pre: String) throws {
    let root = try JSONField(path: path)
    var texts = [String](repeating: "", count: configuration.vocabularySize)
    var types = [Int32](repeating: 1, count: texts.count)
    for (text, id) in try root["model"]["vocab"].members() { texts[try id.integer(in: 0...texts.count - 1)] = text }
    for token in try root["added_tokens"].elements() {
      let id = try token["id"].integer(in: 0...texts.count - 1)
      texts[id] = try token["content"].string()
      types[id] = 3
    }
    let merges = try root["model"]["merges"].elements().map { row in
      if case .string(let text) = row.value { return text }
      return try row.elements().map { try $0.string() }.joined(separator: " ")
    }
    builder.metadata += [
      ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string(pre)),
      ("tokenizer.ggml.tokens", .array(texts.map { .string($0) })),
      ("tokenizer.ggml.token_type", .array(types.map { .int32($0) })),
      ("tokenizer.ggml.merges", .array(merges.map { .string($0) })), ("tokenizer.ggml.eos_token_id", .uint32(0)),
    ]
  }
}

extension GGUFBuilder {
  /// A sound model of one Qwen3 layer, 6 KB, with a tokenizer that knows `a`, `b`, `ab` and the space.
  static var tinyModel: GGUFBuilder {
    let (hidden, heads, pairs, dimension, inner) = (16, 2, 1, 16, 20)
    let texts = ["<|endoftext|>", "<|im_end|>", "a", "b", "ab", "\u{120}", "c", "d"]
    var builder = GGUFBuilder()
    builder.metadata = [
      ("general.architecture", .string("qwen3")), ("qwen3.context_length", .uint32(64)),
      ("qwen3.embedding_length", .uint32(UInt32(hidden))), ("qwen3.block_count", .uint32(1)),
      ("qwen3.feed_forward_length", .uint32(UInt32(inner))), ("qwen3.attention.head_count", .uint32(UInt32(heads))),
      ("qwen3.attention.head_count_kv", .uint32(UInt32(pairs))),
      ("qwen3.attention.key_length", .uint32(UInt32(dimension))),
      ("qwen3.attention.layer_norm_rms_epsilon", .float32(1e-6)), ("qwen3.rope.freq_base", .float32(1e4)),
      ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("qwen2")),
      ("tokenizer.ggml.tokens", .array(texts.map { .string($0) })),
      ("tokenizer.ggml.token_type", .array([3, 3, 1, 1, 1, 1, 1, 1].map { .int32($0) })),
      ("tokenizer.ggml.merges", .array([.string("a b")])), ("tokenizer.ggml.eos_token_id", .uint32(0)),
    ]
    let shapes: [(String, [Int])] = [
      ("token_embd.weight", [texts.count, hidden]), ("output_norm.weight", [hidden]),
      ("blk.0.attn_norm.weight", [hidden]), ("blk.0.ffn_norm.weight", [hidden]),
      ("blk.0.attn_q_norm.weight", [dimension]), ("blk.0.attn_k_norm.weight", [dimension]),
      ("blk.0.attn_q.weight", [heads * dimension, hidden]), ("blk.0.attn_k.weight", [pairs * dimension, hidden]),
      ("blk.0.attn_v.weight", [pairs * dimension, hidden]), ("blk.0.attn_output.weight", [hidden, heads * dimension]),
      ("blk.0.ffn_gate.weight", [inner, hidden]), ("blk.0.ffn_up.weight", [inner, hidden]),
      ("blk.0.ffn_down.weight", [hidden, inner]),
    ]
    for (name, shape) in shapes {
      builder.add(name, shape: shape, (0..<shape.reduce(1, *)).map { sin(Float($0 * 13 + name.count)) })
    }
    return builder
  }
}
