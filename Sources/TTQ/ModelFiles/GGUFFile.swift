/// A GGUF file, versions 2 and 3, little-endian: memory-mapped, with its metadata read and its tensor table checked.
///
/// Source: ggml's `docs/gguf.md`. Every count, length and range is checked against the file before it is used, keys and tensor names
/// are unique, and no two tensors share bytes.
package final class GGUFFile: TensorFile {
  /// All keys, in the form of a JSON document: `metadata["general.architecture"].string()`. A key that is absent is null, and errors
  /// name the file and the key.
  package let metadata: JSONField
  private let file: MappedFile
  private let entries: [String: TensorEntry]
  /// The types of tensors in quantized blocks, which no kernel reads.
  private let blockTypes: [String: String]

  package var path: String { file.path }

  package init(path: String) throws(ModelFileError) {
    file = try MappedFile(path: path)
    var cursor = GGUFCursor(file)
    guard try cursor.integer("the magic number", as: UInt32.self) == 0x4655_4747 else {
      throw .malformed(path: path, item: "byte 0", expected: "the letters GGUF", found: "something else")
    }
    let version = try cursor.integer("the version", as: UInt32.self)
    guard version == 2 || version == 3 else {
      throw .unsupported(path: path, item: "GGUF version", found: "\(version)", supported: "2 and 3, little-endian")
    }
    let tensorCount = try cursor.count(of: "tensors", leastBytes: 24)
    metadata = JSONField(path: path, name: "", value: .object(try Self.members(&cursor)))
    let table = try GGUFTensorTable(&cursor, count: tensorCount, alignment: try Self.alignment(metadata))
    entries = table.entries
    blockTypes = table.blockTypes
  }

  private static func members(_ cursor: inout GGUFCursor) throws(ModelFileError) -> [JSON.Member] {
    let count = try cursor.count(of: "metadata keys", leastBytes: 13)
    var members: [JSON.Member] = []
    var keys: Set<String> = []
    for _ in 0..<count {
      let start = cursor
      let key = try cursor.string("a metadata key", limit: 65_535)
      guard keys.insert(key).inserted else { throw start.expected("metadata key \(key) once", found: "it twice") }
      let type = try cursor.valueType(key)
      members.append(JSON.Member(key: key, value: try cursor.value(type, key)))
    }
    return members
  }

  private static func alignment(_ metadata: JSONField) throws(ModelFileError) -> Int {
    let field = metadata["general.alignment"]
    let alignment = try field.ifPresent?.integer(in: 1...1 << 20) ?? 32
    guard alignment.nonzeroBitCount == 1 else { throw field.expected("a power of two") }
    return alignment
  }

  /// The names of all tensors, sorted.
  package var names: [String] { (Array(entries.keys) + blockTypes.keys).sorted() }

  package func contains(_ name: String) -> Bool { entries[name] != nil || blockTypes[name] != nil }

  /// The dimensions of a tensor, row-major; nil where there is none in a type that kernels read.
  func shape(of name: String) -> [Int]? { entries[name]?.shape }

  /// The tensor `name` of type F32, F16 or BF16; nothing is copied unless the file does not align it.
  package func tensor(_ name: String) throws(ModelFileError) -> Tensor {
    if let type = blockTypes[name] {
      throw .unsupported(
        path: path, item: "tensor \(name)", found: "type \(type)", supported: TensorElement.kernelNames)
    }
    guard let entry = entries[name] else { throw .missingTensor(name: name, folder: path) }
    return try Tensor(entry, in: file)
  }
}

/// The tensor infos of a GGUF file and the bytes that they name.
private struct GGUFTensorTable {
  private(set) var entries: [String: TensorEntry] = [:]
  private(set) var blockTypes: [String: String] = [:]

  /// Reads `count` infos; the data begin at the next multiple of `alignment`.
  init(_ cursor: inout GGUFCursor, count: Int, alignment: Int) throws(ModelFileError) {
    var infos: [GGUFTensorInfo] = []
    for _ in 0..<count { infos.append(try GGUFTensorInfo(&cursor)) }
    let file = cursor.file
    // The header lies within the file, so this does not overflow.
    let dataStart = (cursor.offset + alignment - 1) / alignment * alignment
    for info in infos {
      let item = "tensor \(info.name)"
      guard entries[info.name] == nil, blockTypes[info.name] == nil else {
        throw .malformed(path: file.path, item: item, expected: "one entry", found: "two")
      }
      guard info.offset % UInt64(alignment) == 0 else {
        throw .malformed(
          path: file.path, item: item, expected: "an offset that is a multiple of \(alignment)", found: "\(info.offset)"
        )
      }
      switch info.type {
      case .blocks(let name): blockTypes[info.name] = name
      case .element(let element):
        let size = try info.byteCount(element, path: file.path)
        let room = file.count - dataStart - size
        guard room >= 0, info.offset <= UInt64(room) else {
          throw .malformed(
            path: file.path, item: item, expected: "\(size) bytes within the file of \(file.count)",
            found: "offset \(info.offset) after byte \(dataStart)")
        }
        let start = dataStart + Int(info.offset)
        entries[info.name] = TensorEntry(
          name: info.name, element: element, shape: info.shape, bytes: start..<start + size)
      }
    }
    try TensorEntry.checkOverlap(entries.values.filter { !$0.bytes.isEmpty }, path: file.path)
  }
}

private struct GGUFTensorInfo {
  let name: String
  /// Row-major: the file names the fastest dimension first.
  let shape: [Int]
  let type: GGUFTensorType
  /// From the beginning of the data.
  let offset: UInt64

  init(_ cursor: inout GGUFCursor) throws(ModelFileError) {
    name = try cursor.string("a tensor name", limit: 65_535)
    var start = cursor
    let dimensions = try cursor.integer("the dimensions of \(name)", as: UInt32.self)
    guard dimensions <= 4 else { throw start.expected("at most 4 dimensions of \(name)", found: "\(dimensions)") }
    var shape: [Int] = []
    for _ in 0..<dimensions {
      start = cursor
      let size = try cursor.integer("a dimension of \(name)", as: UInt64.self)
      guard let size = Int(exactly: size) else { throw start.expected("a dimension below 2^63", found: "\(size)") }
      shape.append(size)
    }
    self.shape = shape.reversed()
    start = cursor
    let id = try cursor.integer("the type of \(name)", as: UInt32.self)
    guard let type = GGUFTensorType(id: id) else { throw start.expected("a tensor type of ggml", found: "\(id)") }
    self.type = type
    offset = try cursor.integer("the offset of \(name)", as: UInt64.self)
  }

  func byteCount(_ element: TensorElement, path: String) throws(ModelFileError) -> Int {
    var size = element.bytes
    for dimension in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      guard !overflow else {
        throw .malformed(
          path: path, item: "tensor \(name)", expected: "a size that fits 63 bits", found: "shape \(shape)")
      }
      size = product
    }
    return size
  }
}
