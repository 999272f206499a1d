import Foundation

/// Writes GGUF files for tests, sound ones or, with raw bytes among the metadata, hostile ones.
struct GGUFBuilder {
  /// A metadata value of one of the format's types.
  indirect enum Value {
    case uint8(UInt8)
    case int8(Int8)
    case uint16(UInt16)
    case int16(Int16)
    case uint32(UInt32)
    case int32(Int32)
    case uint64(UInt64)
    case int64(Int64)
    case float32(Float)
    case float64(Double)
    case bool(Bool)
    case string(String)
    case array([Value])
    /// A type number and bytes, as they are.
    case raw(UInt32, [UInt8])
  }

  struct TensorInfo {
    var name: String
    /// Row-major.
    var shape: [Int]
    /// ggml's number of the type.
    var type: UInt32
    var data: [UInt8]
  }

  var version: UInt32 = 3
  var alignment = 32
  var metadata: [(key: String, value: Value)] = []
  var tensors: [TensorInfo] = []
  /// What the header says instead of the truth.
  var tensorCount: UInt64?
  var metadataCount: UInt64?
  /// Replaces the offset of the tensor of that name.
  var offsets: [String: UInt64] = [:]

  mutating func add(_ name: String, shape: [Int], _ values: [Float]) {
    tensors.append(TensorInfo(name: name, shape: shape, type: 0, data: values.flatMap { Self.bytes($0.bitPattern) }))
  }

  var bytes: [UInt8] {
    var file = Array("GGUF".utf8) + Self.bytes(version)
    file += Self.bytes(tensorCount ?? UInt64(tensors.count)) + Self.bytes(metadataCount ?? UInt64(metadata.count))
    for (key, value) in metadata { file += Self.string(key) + Self.bytes(value.type) + value.bytes }
    var data: [UInt8] = []
    for tensor in tensors {
      file += Self.string(tensor.name) + Self.bytes(UInt32(tensor.shape.count))
      for size in tensor.shape.reversed() { file += Self.bytes(UInt64(bitPattern: Int64(size))) }
      file += Self.bytes(tensor.type) + Self.bytes(offsets[tensor.name] ?? UInt64(data.count))
      data += tensor.data
      data += [UInt8](repeating: 0, count: (alignment - data.count % alignment) % alignment)
    }
    file += [UInt8](repeating: 0, count: (alignment - file.count % alignment) % alignment)
    return file + data
  }

  static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe Array($0) }
  }

  static func string(_ text: String) -> [UInt8] { bytes(UInt64(text.utf8.count)) + Array(text.utf8) }
}

extension GGUFBuilder.Value {
  fileprivate var type: UInt32 {
    switch self {
    case .uint8: 0
    case .int8: 1
    case .uint16: 2
    case .int16: 3
    case .uint32: 4
    case .int32: 5
    case .float32: 6
    case .bool: 7
    case .string: 8
    case .array: 9
    case .uint64: 10
    case .int64: 11
    case .float64: 12
    case .raw(let type, _): type
    }
  }

  fileprivate var bytes: [UInt8] {
    switch self {
    case .uint8(let value): [value]
    case .int8(let value): GGUFBuilder.bytes(value)
    case .uint16(let value): GGUFBuilder.bytes(value)
    case .int16(let value): GGUFBuilder.bytes(value)
    case .uint32(let value): GGUFBuilder.bytes(value)
    case .int32(let value): GGUFBuilder.bytes(value)
    case .uint64(let value): GGUFBuilder.bytes(value)
    case .int64(let value): GGUFBuilder.bytes(value)
    case .float32(let value): GGUFBuilder.bytes(value.bitPattern)
    case .float64(let value): GGUFBuilder.bytes(value.bitPattern)
    case .bool(let value): [value ? 1 : 0]
    case .string(let text): GGUFBuilder.string(text)
    case .array(let values):
      GGUFBuilder.bytes(values.first?.type ?? 0) + GGUFBuilder.bytes(UInt64(values.count)) + values.flatMap(\.bytes)
    case .raw(_, let bytes): bytes
    }
  }
}
