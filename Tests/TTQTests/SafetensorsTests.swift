import Foundation
import Records
import TTQ
import Testing

/// Safetensors files, sound and hostile.
@Suite struct SafetensorsTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func write(_ header: String, length: UInt64? = nil, data: Int = 8) throws {
    var bytes: [UInt8] = []
    let count = length ?? UInt64(header.utf8.count)
    for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: count >> UInt64(shift))) }
    try folder.write("model.safetensors", bytes + Array(header.utf8) + (0..<data).map { UInt8($0 % 251) })
  }

  private func open() throws -> SafetensorsFile { try SafetensorsFile(path: "\(folder.path)/model.safetensors") }

  @Test func writesWhatItReads() throws {
    let values: [Float] = [0, -0.0, 1.5, .greatestFiniteMagnitude, .leastNonzeroMagnitude, -3]
    var writer = SafetensorsWriter()
    writer.add("a \"quoted\" \\ name\n", shape: [2, 3], values: values)
    writer.add("empty", shape: [0, 4], values: [])
    writer.add("one", shape: [], values: [7])
    try writer.write(path: "\(folder.path)/model.safetensors")
    let file = try open()
    #expect(file.names == ["a \"quoted\" \\ name\n", "empty", "one"])
    let tensor = try file.tensor("a \"quoted\" \\ name\n")
    #expect(tensor.shape == [2, 3] && tensor.element == .f32 && tensor.count == 6)
    #expect(tensor.floats().map(\.bitPattern) == values.map(\.bitPattern))
    #expect(try file.tensor("empty").floats() == [] && file.tensor("one").floats() == [7])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.safetensors"])
    #expect(throws: ModelFileError.self) { try writer.write(path: "\(folder.path)/absent/x") }
  }

  @Test func copiesUnalignedTensors() throws {
    let header =
      #"{"odd":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}"#
    for padding in 0..<4 {
      try write(header + String(repeating: " ", count: padding), data: 9)
      let tensor = try open().tensor("x")
      unsafe #expect(Int(bitPattern: tensor.pointer) % 4 == 0)
      #expect(tensor.floats().map(\.bitPattern) == [0x0403_0201, 0x0807_0605])
    }
  }

  @Test func everyElementType() throws {
    try write(
      #"{"h":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},"i":{"dtype":"I64","shape":[1],"data_offsets":[8,16]}}"#,
      data: 16)
    let file = try open()
    #expect(try file.tensor("h").floats() == [0x0100, 0x0302, 0x0504, 0x0706].map { Float(Float16(bitPattern: $0)) })
    #expect(try file.integers("i") == [0x0F0E_0D0C_0B0A_0908])
    try expectLine("tensor i: type I64 is not supported") { try file.tensor("i") }
    try expectLine("tensor h: type F16 is not supported") { try file.integers("h") }
    try expectLine("missing tensor z") { try file.tensor("z") }
    try write(#"{"b":{"dtype":"BF16","shape":[2,2],"data_offsets":[0,8]}}"#)
    #expect(
      try open().tensor("b").floats() == [0x0100, 0x0302, 0x0504, 0x0706].map { Float(bitPattern: $0 << 16) })
  }

  @Test(arguments: [
    ("F32", [0x00, 0x00, 0xC0, 0x7F]), ("F32", [0x00, 0x00, 0x80, 0xFF]), ("F16", [0x00, 0x7C]),
    ("BF16", [0xC0, 0xFF]),
  ])
  func nonFiniteValues(_ type: String, _ bytes: [UInt8]) throws {
    let count = 10_000
    let header = "{\"w\":{\"dtype\":\"\(type)\",\"shape\":[\(count)],\"data_offsets\":[0,\(count * bytes.count)]}}"
    var data = [UInt8](repeating: 1, count: count * bytes.count)
    func file() throws -> Tensor {
      let length = unsafe withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { unsafe Array($0) }
      try folder.write("model.safetensors", length + Array(header.utf8) + data)
      return try open().tensor("w")
    }
    try file().requireFinite()
    data.replaceSubrange(9_000 * bytes.count..<9_001 * bytes.count, with: bytes)
    try expectLine("tensor w: expected finite values, found NaN or infinity at element 9000") {
      try file().requireFinite()
    }
  }

  @Test(arguments: [
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, UInt64(1) << 60, "header length"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, UInt64.max, "header length"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 63, "header length"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 20, "header at byte"),
    ("not json", nil, "header at byte 9"),
    ("[]", nil, "a JSON object"),
    (#"{"a":3}"#, nil, "tensor a"),
    (#"{"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}"#, nil, "tensor a.dtype"),
    (#"{"a":{"dtype":"F32","data_offsets":[0,8]}}"#, nil, "tensor a.shape"),
    (#"{"a":{"dtype":"F32","shape":[2]}}"#, nil, "tensor a.data_offsets"),
    (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, nil, "tensor a.shape.0"),
    (#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#, nil, "63 bits"),
    (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, nil, "12 bytes"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, nil, "data_offsets.1"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-4,4]}}"#, nil, "data_offsets.0"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}"#, nil, "data_offsets.1"),
    (#"{"a":{"dtype":"F32","shape":[0],"data_offsets":[9,9]}}"#, nil, "data_offsets.0"),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F16","shape":[2],"data_offsets":[2,6]}}"#,
      nil,
      "tensor b: expected bytes of its own, found an overlap with a"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      nil,
      "found two"
    ),
  ])
  func hostileHeaders(_ header: String, _ length: UInt64?, _ part: String) throws {
    try write(header, length: length)
    try expectLine(part) { try open() }
    try expectLine("model.safetensors") { try open() }
  }

  @Test func filesThatAreNone() throws {
    try expectLine("No such file") { try open() }
    try folder.write("model.safetensors", [UInt8]())
    try expectLine("a file of 0 bytes") { try open() }
    try folder.write("model.safetensors", [1, 2, 3, 4, 5, 6, 7])
    try expectLine("a file of 7 bytes") { try open() }
    try expectLine("is a directory") { try SafetensorsFile(path: folder.path) }
    try expectLine("is not a regular file") { try SafetensorsFile(path: "/dev/zero") }
  }

  @Test(arguments: [1, 100, 5_000, 11_000_000])
  func truncatedModel(_ missing: Int) throws {
    let data = try Data(contentsOf: URL(filePath: "\(TestData.demoModel)/model.safetensors"))
    try folder.write("model.safetensors", [UInt8](data.dropLast(missing)))
    try expectLine("model.safetensors: ") { try TensorStore(folder: folder.path) }
  }

  @Test func demoModel() throws {
    let store = try TensorStore(folder: TestData.demoModel)
    let embedding = try store.tensor("model.embed_tokens.weight", shape: [4096, 256])
    #expect(embedding.element == .bf16 && embedding.bytes.byteCount == 4096 * 256 * 2)
    for name in store.names {
      #expect(store.contains(name))
    }
    try embedding.requireFinite()
    try expectLine("expected shape [256, 4096], found [4096, 256]") {
      try store.tensor("model.embed_tokens.weight", shape: [256, 4096])
    }
    try expectLine("missing tensor lm_head.weight") { try store.tensor("lm_head.weight", shape: [1]) }
  }

  @Test func shards() throws {
    for (shard, name) in [("one", "a"), ("two", "b")] {
      var writer = SafetensorsWriter()
      writer.add(name, shape: [1], values: [name == "a" ? 1 : 2])
      try writer.write(path: "\(folder.path)/\(shard).safetensors")
    }
    func index(_ map: String) throws { try folder.write("model.safetensors.index.json", "{\"weight_map\":\(map)}") }
    try index(#"{"a":"one.safetensors","b":"two.safetensors"}"#)
    let store = try TensorStore(folder: folder.path)
    #expect(store.names == ["a", "b"])
    #expect(try store.tensor("b", shape: [1]).floats() == [2])
    try index(#"{"a":"two.safetensors"}"#)
    try expectLine("missing tensor a") { try TensorStore(folder: folder.path) }
    try index(#"{"a":"three.safetensors"}"#)
    try expectLine("three.safetensors: cannot be read") { try TensorStore(folder: folder.path) }
    try index(#"{"a":"../one.safetensors"}"#)
    try expectLine("a file of the folder") { try TensorStore(folder: folder.path) }
    try index("null")
    try expectLine("weight_map") { try TensorStore(folder: folder.path) }
  }

  @Test func emptyFolder() throws {
    try expectLine("model.safetensors: cannot be read: No such file") { try TensorStore(folder: folder.path) }
  }
}
