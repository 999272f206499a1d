import Foundation
import Records
import TTQ
import Testing

/// GGUF files, sound and hostile.
@Suite struct GGUFTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func open(_ bytes: [UInt8]) throws -> GGUFFile {
    try folder.write("model.gguf", bytes)
    return try GGUFFile(path: "\(folder.path)/model.gguf")
  }

  private func open(_ change: (inout GGUFBuilder) -> Void) throws -> GGUFFile {
    var builder = GGUFBuilder()
    builder.metadata = [("general.architecture", .string("llama"))]
    builder.add("w", shape: [2, 3], [0, 1, 2, 3, 4, 5])
    builder.add("v", shape: [2], [6, 7])
    change(&builder)
    return try open(builder.bytes)
  }

  @Test func everyValueType() throws {
    let file = try open { builder in
      builder.metadata = [
        ("u8", .uint8(200)), ("i8", .int8(-5)), ("u16", .uint16(60_000)), ("i16", .int16(-300)),
        ("u32", .uint32(.max)), ("i32", .int32(-70_000)), ("u64", .uint64(1 << 40)), ("i64", .int64(-1 << 40)),
        ("big", .uint64(.max)), ("f32", .float32(0.5)), ("f64", .float64(1e300)), ("yes", .bool(true)),
        ("no", .bool(false)), ("text", .string("a\u{300}\n")), ("none", .array([])),
        ("words", .array([.string("x"), .string("")])), ("rows", .array([.array([.int8(1)]), .array([.int8(-1)])])),
      ]
    }
    let expected: [(String, JSON)] = [
      ("u8", .integer(200)), ("i8", .integer(-5)), ("u16", .integer(60_000)), ("i16", .integer(-300)),
      ("u32", .integer(Int(UInt32.max))), ("i32", .integer(-70_000)), ("u64", .integer(1 << 40)),
      ("i64", .integer(-1 << 40)), ("big", .number(Double(UInt64.max))), ("f32", .number(0.5)),
      ("f64", .number(1e300)), ("yes", .bool(true)), ("no", .bool(false)), ("text", .string("a\u{300}\n")),
      ("none", .array([])), ("words", .array([.string("x"), .string("")])),
      ("rows", .array([.array([.integer(1)]), .array([.integer(-1)])])), ("absent", .null),
    ]
    for (key, value) in expected { #expect(file.metadata[key].value == value, "\(key)") }
    try expectLine("model.gguf: i8: expected an integer in 0...1, found -5") {
      try file.metadata["i8"].integer(in: 0...1)
    }
  }

  @Test func tensors() throws {
    let file = try open { builder in
      let words: [UInt8] = [0x00, 0x3C, 0x00, 0xC0]
      builder.tensors.append(.init(name: "h", shape: [1, 2], type: 1, data: words))
      builder.tensors.append(.init(name: "b", shape: [2, 1], type: 30, data: words))
      builder.tensors.append(.init(name: "i", shape: [], type: 26, data: [1, 0, 0, 0]))
      builder.tensors.append(.init(name: "q", shape: [32], type: 2, data: [UInt8](repeating: 0, count: 18)))
    }
    #expect(file.names == ["b", "h", "i", "q", "v", "w"])
    let tensor = try file.tensor("w")
    #expect(tensor.shape == [2, 3] && tensor.element == .f32 && tensor.floats() == [0, 1, 2, 3, 4, 5])
    #expect(try file.tensor("v").floats() == [6, 7])
    #expect(try file.tensor("h").floats() == [1, -2] && file.tensor("h").shape == [1, 2])
    #expect(try file.tensor("b").floats() == [Float(bitPattern: 0x3C00_0000), -2] && file.tensor("b").shape == [2, 1])
    try expectLine("tensor i: type I32 is not supported; supported: F32 F16 BF16") { try file.tensor("i") }
    try expectLine("tensor q: type Q4_0 is not supported; supported: F32 F16 BF16") { try file.tensor("q") }
    try expectLine("model.gguf: missing tensor z") { try file.tensor("z") }
    #expect(try TensorStore(file, path: "x").tensor("v", shape: [2]).floats() == [6, 7])
  }

  /// An alignment below that of the type is met by a copy.
  @Test func alignments() throws {
    for alignment in [1, 2, 64, 4096] {
      let file = try open { builder in
        builder.alignment = alignment
        builder.metadata.append(("general.alignment", .uint32(UInt32(alignment))))
      }
      let tensor = try file.tensor("v")
      unsafe #expect(Int(bitPattern: tensor.pointer) % 4 == 0)
      #expect(tensor.floats() == [6, 7])
    }
    for alignment in [UInt32(0), 24, 1 << 31] {
      try expectLine("general.alignment") {
        try open { $0.metadata.append(("general.alignment", .uint32(alignment))) }
      }
    }
  }

  @Test func hostileHeaders() throws {
    func expect(_ part: String, _ change: (inout GGUFBuilder) -> Void) throws {
      try expectLine(part) { try open(change) }
      try expectLine("model.gguf: ") { try open(change) }
    }
    try expect("GGUF version: 1 is not supported") { $0.version = 1 }
    try expect("supported: 2 and 3, little-endian") { $0.version = UInt32(3).byteSwapped }
    try expect("tensors, found \(UInt64.max)") { $0.tensorCount = .max }
    try expect("metadata keys, found \(UInt64(1) << 60)") { $0.metadataCount = 1 << 60 }
    // The padding before the data reads as a third, nameless tensor, and the data begin after it.
    try expect("tensor v: expected 8 bytes within the file") { $0.tensorCount = 3 }
    try expect("metadata key general.architecture once") { $0.metadata.append($0.metadata[0]) }
    try expect("a type in 0...12 for x, found 13") { $0.metadata.append(("x", .raw(13, [0]))) }
    try expect("0 or 1 for x, found 2") { $0.metadata.append(("x", .raw(7, [2]))) }
    try expect("UTF-8 in x") { $0.metadata.append(("x", .raw(8, GGUFBuilder.bytes(UInt64(1)) + [0xFF]))) }
    try expect("bytes of x, found \(UInt64.max)") { $0.metadata.append(("x", .raw(8, GGUFBuilder.bytes(UInt64.max)))) }
    try expect("elements of x, found \(UInt64.max)") {
      $0.metadata.append(("x", .raw(9, GGUFBuilder.bytes(UInt32(8)) + GGUFBuilder.bytes(UInt64.max))))
    }
    try expect("at most 4 levels of arrays") {
      $0.metadata.append(("x", .array([.array([.array([.array([.array([.int8(1)])])])])])))
    }
    try expect("tensor w: expected one entry, found two") { $0.add("w", shape: [1], [1]) }
    try expect("a multiple of 32, found 33") { $0.offsets["v"] = 33 }
    try expect("tensor v: expected 8 bytes within the file") { $0.offsets["v"] = 64 }
    try expect("tensor v: expected 8 bytes within the file") { $0.offsets["v"] = .max - 31 }
    try expect("an overlap with") { $0.offsets["v"] = 0 }
    try expect("at most 4 dimensions of v, found 5") { $0.tensors[1].shape = [1, 1, 1, 1, 1] }
    try expect("below 2^63") { $0.tensors[1].shape = [-2] }
    try expect("a size that fits 63 bits") { $0.tensors[1].shape = [1 << 32, 1 << 32] }
    try expect("bytes within the file") { $0.tensors[1].shape = [1 << 60] }
    try expect("a tensor type of ggml, found 31") { $0.tensors[1].type = 31 }
  }

  @Test func filesThatAreNone() throws {
    try expectLine("4 bytes for the magic number, found 0") { try open([UInt8]()) }
    try expectLine("the letters GGUF") { try open(Array("GGML and more".utf8)) }
    let sound = try Data(contentsOf: URL(filePath: open { _ in }.path))
    for count in 0..<sound.count - 24 {
      try expectLine("model.gguf: ") { try open([UInt8](sound.prefix(count))) }
    }
  }

  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/tokenizers"))
  func vocabularies() throws {
    for (name, count, model) in [
      ("gpt2/ggml-vocab-gpt-2", 50_257, "gpt2"), ("llama2/ggml-vocab-llama-spm", 32_000, "llama"),
    ] {
      let metadata = try GGUFFile(path: TestData.shared("tokenizers/\(name).gguf")).metadata
      #expect(try metadata["tokenizer.ggml.model"].string() == model)
      let tokens = try metadata["tokenizer.ggml.tokens"].elements()
      #expect(tokens.count == count)
      #expect(try metadata["tokenizer.ggml.token_type"].elements().count == count)
    }
  }
}
