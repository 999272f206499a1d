/// One row of a safetensors header: what a tensor is and which bytes of the file hold it.
struct TensorEntry: Sendable {
  let name: String
  let element: TensorElement
  let shape: [Int]
  /// Byte range in the file.
  let bytes: Range<Int>
}

extension TensorEntry {
  /// Reads and checks the header of a safetensors file: 8 bytes with its length, JSON, then the data.
  ///
  /// Every range lies in the file, has the size that shape and type ask for, and overlaps no other.
  static func header(of file: MappedFile) throws(ModelFileError) -> [String: TensorEntry] {
    let start = try headerEnd(of: file)
    let root: JSON
    do throws(JSONSyntaxError) {
      root = try JSON(parsing: Span<UInt8>(_bytes: file.bytes.extracting(8..<start)))
    } catch {
      throw .malformed(
        path: file.path, item: "header at byte \(8 + error.offset)", expected: error.expected, found: "something else")
    }
    guard case .object(let members) = root else {
      throw .malformed(path: file.path, item: "header", expected: "a JSON object", found: root.summary)
    }
    var entries: [String: TensorEntry] = [:]
    for member in members where member.key != "__metadata__" {
      let field = JSONField(path: file.path, name: "tensor \(member.key)", value: member.value)
      let entry = try TensorEntry(name: member.key, field: field, dataStart: start, fileCount: file.count)
      guard entries.updateValue(entry, forKey: member.key) == nil else {
        throw field.expected("one entry", found: "two")
      }
    }
    try checkOverlap(entries.values.filter { !$0.bytes.isEmpty }, path: file.path)
    return entries
  }

  private static func headerEnd(of file: MappedFile) throws(ModelFileError) -> Int {
    let limit = 100 << 20
    guard file.count >= 8 else {
      throw .malformed(
        path: file.path, item: "header length", expected: "8 bytes", found: "a file of \(file.count) bytes")
    }
    let length = file.integer(at: 0, as: UInt64.self)
    guard length <= UInt64(min(limit, file.count - 8)) else {
      throw .malformed(
        path: file.path, item: "header length", expected: "at most \(min(limit, file.count - 8)) bytes",
        found: "\(length)")
    }
    return 8 + Int(length)
  }

  private init(name: String, field: JSONField, dataStart: Int, fileCount: Int) throws(ModelFileError) {
    guard case .object = field.value else { throw field.expected("an object") }
    let typeName = try field["dtype"].string()
    guard let element = TensorElement(rawValue: typeName) else {
      throw field["dtype"].expected(TensorElement.allCases.map(\.rawValue).joined(separator: " "))
    }
    guard !field["shape"].isNull else { throw field["shape"].expected("an array") }
    var shape: [Int] = []
    var size = element.bytes
    for dimension in try field["shape"].elements() {
      shape.append(try dimension.integer(in: 0...Int.max))
      let (product, overflow) = size.multipliedReportingOverflow(by: shape[shape.count - 1])
      guard !overflow else { throw field["shape"].expected("a size that fits 63 bits", found: "\(shape)...") }
      size = product
    }
    let offsets = try field["data_offsets"].elements()
    guard offsets.count == 2 else { throw field["data_offsets"].expected("two offsets") }
    let dataCount = fileCount - dataStart
    let lower = try offsets[0].integer(in: 0...dataCount)
    let upper = try offsets[1].integer(in: lower...max(lower, dataCount))
    guard upper - lower == size else {
      throw field["data_offsets"].expected("\(size) bytes for \(typeName) \(shape)", found: "\(upper - lower)")
    }
    self.name = name
    self.element = element
    self.shape = shape
    bytes = dataStart + lower..<dataStart + upper
  }
}
