internal import Foundation
package import Records

/// A model folder of given shapes with random weights, for measuring speed and memory where no trained model is at hand.
///
/// The layers are those of Qwen3, the embedding is the output layer, and there is no tokenizer. Weights are bf16 of random sign
/// and mantissa with magnitudes of 2^-7 to 2^-3, norms are 1.
package struct SyntheticModel {
  private let shape: ModelShape
  private let hidden: Int
  private let inner: Int
  private let vocabulary: Int

  /// The model of `shape`; throws where its matrices are not those of such layers.
  package init(_ shape: ModelShape) throws(ModelFileError) {
    self.shape = shape
    func linear(_ role: LinearRole) throws(ModelFileError) -> LinearShape {
      guard let found = shape.linears.first(where: { $0.name == role.rawValue }) else {
        throw .unsupported(
          path: shape.name, item: "shapes without \(role.rawValue)", found: "layers of another kind",
          supported: LinearRole.allCases.map(\.rawValue).joined(separator: " "))
      }
      return found
    }
    let (qkv, gateUp, head) = (try linear(.qkv), try linear(.gateUp), try linear(.head))
    (hidden, inner, vocabulary) = (qkv.k, gateUp.n / 2, head.n)
    let queryWidth = shape.heads * shape.headDimension
    let wanted: [LinearRole: (n: Int, k: Int)] = [
      .qkv: (queryWidth + 2 * shape.keyValueHeads * shape.headDimension, hidden), .output: (hidden, queryWidth),
      .gateUp: (2 * inner, hidden), .down: (hidden, inner), .head: (vocabulary, hidden),
    ]
    for role in LinearRole.allCases {
      let found = try linear(role)
      guard let wanted = wanted[role], (found.n, found.k) == wanted else {
        throw .malformed(
          path: shape.name, item: role.rawValue, expected: "the sizes of the other matrices",
          found: "\(found.n)x\(found.k)"
        )
      }
    }
    guard shape.element == .bf16 else {
      throw .unsupported(
        path: shape.name, item: "element", found: shape.element.rawValue, supported: ElementType.bf16.rawValue)
    }
  }

  /// Writes `config.json` and `model.safetensors` into `folder`, which is there.
  package func write(to folder: String) throws(ModelFileError) {
    try write("\(folder)/config.json") { file in try file.write(contentsOf: Data(configuration.utf8)) }
    try write("\(folder)/model.safetensors") { file in
      let (header, bytes) = header()
      try file.write(contentsOf: header)
      var random = RandomWeights()
      for tensor in bytes {
        if tensor.isNorm {
          // 1 in bf16.
          try file.write(contentsOf: Data((0..<tensor.count / 2).flatMap { _ in [0x80, 0x3F] as [UInt8] }))
        } else {
          try random.write(tensor.count, to: file)
        }
      }
    }
  }

  private func write(_ path: String, _ body: (FileHandle) throws -> Void) throws(ModelFileError) {
    do {
      try Data().write(to: URL(filePath: path))
      let file = try FileHandle(forWritingTo: URL(filePath: path))
      try body(file)
      try file.close()
    } catch {
      throw .unwritable(path: path, reason: error.localizedDescription)
    }
  }

  private var configuration: String {
    """
    {"architectures": ["Qwen3ForCausalLM"], "hidden_size": \(hidden), "num_hidden_layers": \(shape.layers), \
    "num_attention_heads": \(shape.heads), "num_key_value_heads": \(shape.keyValueHeads), \
    "head_dim": \(shape.headDimension), "intermediate_size": \(inner), "vocab_size": \(vocabulary), \
    "rms_norm_eps": 1e-6, "rope_theta": 1e6, "max_position_embeddings": 40960, "tie_word_embeddings": true, \
    "dtype": "bfloat16"}
    """
  }

  /// The tensors in the file's order: names and shapes.
  private var tensors: [(name: String, shape: [Int])] {
    let names = Architecture.qwen3.family.form.names
    let (queries, keys, dimension) = (
      shape.heads * shape.headDimension, shape.keyValueHeads * shape.headDimension, shape.headDimension
    )
    let ofLayer: [(String, [Int])] = [
      (names.attentionNorm, [hidden]), (names.feedForwardNorm, [hidden]), (names.queryNorm, [dimension]),
      (names.keyNorm, [dimension]), (names.query, [queries, hidden]), (names.key, [keys, hidden]),
      (names.value, [keys, hidden]), (names.output, [hidden, queries]), (names.gate, [inner, hidden]),
      (names.up, [inner, hidden]), (names.down, [hidden, inner]),
    ]
    return [(names.embedding, [vocabulary, hidden]), (names.finalNorm, [hidden])]
      + (0..<shape.layers).flatMap { layer in ofLayer.map { ("\(names.layers).\(layer).\($0.0)", $0.1) } }
  }

  /// The header with its length before it, and the bytes of each tensor.
  private func header() -> (Data, [(count: Int, isNorm: Bool)]) {
    var offset = 0
    var bytes: [(count: Int, isNorm: Bool)] = []
    let rows = tensors.map { tensor in
      let count = 2 * tensor.shape.reduce(1, *)
      defer { offset += count }
      bytes.append((count, tensor.shape.count == 1))
      return
        "\"\(tensor.name)\":{\"dtype\":\"BF16\",\"shape\":\(tensor.shape),\"data_offsets\":[\(offset),\(offset + count)]}"
    }
    var text = Data("{\(rows.joined(separator: ","))}".utf8)
    text.append(Data(repeating: UInt8(ascii: " "), count: (64 - (8 + text.count) % 64) % 64))
    var length = UInt64(text.count).littleEndian
    return (unsafe withUnsafeBytes(of: &length) { unsafe Data($0) } + text, bytes)
  }
}

/// Random bf16 in pieces of a megabyte.
private struct RandomWeights {
  private var state: UInt64 = 0x9E37_79B9_7F4A_7C15
  private var words = [UInt64](repeating: 0, count: 1 << 17)

  mutating func write(_ count: Int, to file: FileHandle) throws {
    var left = count
    while left > 0 {
      for index in words.indices {
        // xorshift64 (Marsaglia 2003); of each bf16 the sign, two bits of the exponent and the mantissa are random.
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        words[index] = state & 0x81FF_81FF_81FF_81FF | 0x3C00_3C00_3C00_3C00
      }
      let piece = min(left, 8 * words.count)
      try unsafe words.withUnsafeBytes { try file.write(contentsOf: unsafe Data($0.prefix(piece))) }
      left -= piece
    }
  }
}
