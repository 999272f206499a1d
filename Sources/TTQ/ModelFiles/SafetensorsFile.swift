/// A safetensors file, memory-mapped and with its header checked.
package final class SafetensorsFile: TensorFile {
  private let file: MappedFile
  private let entries: [String: TensorEntry]

  package var path: String { file.path }

  /// Maps the file and checks the whole header; a file cut short is refused here.
  package init(path: String) throws(ModelFileError) {
    file = try MappedFile(path: path)
    entries = try TensorEntry.header(of: file)
  }

  /// The names of all tensors, sorted.
  package var names: [String] { entries.keys.sorted() }

  package func contains(_ name: String) -> Bool { entries[name] != nil }

  /// The tensor `name` of type f32, f16 or bf16; nothing is copied unless the file does not align it.
  package func tensor(_ name: String) throws(ModelFileError) -> Tensor {
    try Tensor(try entry(name), in: file)
  }

  /// The values of an integer tensor (I64, I32, I8 or U8), as reference files hold them.
  package func integers(_ name: String) throws(ModelFileError) -> [Int] {
    let entry = try entry(name)
    switch entry.element {
    case .i64: return values(Int64.self, of: entry)
    case .i32: return values(Int32.self, of: entry)
    case .i8: return values(Int8.self, of: entry)
    case .u8: return values(UInt8.self, of: entry)
    default:
      throw .unsupported(
        path: path, item: "tensor \(name)", found: "type \(entry.element.rawValue)", supported: "I64 I32 I8 U8")
    }
  }

  private func values<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type, of entry: TensorEntry) -> [Int] {
    var values: [Int] = []
    for offset in stride(from: entry.bytes.lowerBound, to: entry.bytes.upperBound, by: entry.element.bytes) {
      values.append(Int(file.integer(at: offset, as: T.self)))
    }
    return values
  }

  private func entry(_ name: String) throws(ModelFileError) -> TensorEntry {
    guard let entry = entries[name] else { throw .missingTensor(name: name, folder: path) }
    return entry
  }
}
