/// A place in a GGUF file: each read checks what is left of the file and names the byte where it failed.
struct GGUFCursor {
  let file: MappedFile
  private(set) var offset = 0

  init(_ file: MappedFile) { self.file = file }

  /// Bytes after the place.
  var left: Int { file.count - offset }

  func expected(_ what: String, found: String) -> ModelFileError {
    .malformed(path: file.path, item: "byte \(offset)", expected: what, found: found)
  }

  mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    _ what: String, as type: Value.Type = Value.self
  ) throws(ModelFileError) -> Value {
    let size = MemoryLayout<Value>.size
    guard left >= size else { throw expected("\(size) bytes for \(what)", found: "\(left)") }
    defer { offset += size }
    return file.integer(at: offset, as: type)
  }

  /// A number of things that take at least `leastBytes` each, so that the file can hold them.
  mutating func count(
    of what: String, leastBytes: Int, limit: Int = .max
  ) throws(ModelFileError) -> Int {
    let start = self
    let number = try integer("the number of \(what)", as: UInt64.self)
    let most = min(left / leastBytes, limit)
    guard number <= UInt64(most) else { throw start.expected("at most \(most) \(what)", found: "\(number)") }
    return Int(number)
  }

  /// A string with its length before it.
  mutating func string(_ what: String, limit: Int = .max) throws(ModelFileError) -> String {
    let count = try count(of: "bytes of \(what)", leastBytes: 1, limit: limit)
    let (file, start) = (file, offset)
    let bytes = Span<UInt8>(_bytes: file.bytes.extracting(start..<start + count))
    do throws(UTF8.ValidationError) {
      let text = String(copying: try UTF8Span(validating: bytes))
      offset = start + count
      return text
    } catch {
      throw expected("UTF-8 in \(what)", found: "other bytes")
    }
  }

  mutating func valueType(_ what: String) throws(ModelFileError) -> GGUFValueType {
    let start = self
    let number = try integer("the type of \(what)", as: UInt32.self)
    guard let type = GGUFValueType(rawValue: number) else {
      throw start.expected("a type in 0...12 for \(what)", found: "\(number)")
    }
    return type
  }

  /// The most elements of an array: as many as the largest vocabulary has tokens.
  private static let arrayLimit = Vocabulary.idLimit
  private static let deepest = 4

  /// A metadata value; numbers become integers where they are, and fit.
  mutating func value(_ type: GGUFValueType, _ what: String, depth: Int = 0) throws(ModelFileError) -> JSON {
    switch type {
    case .uint8: return .integer(Int(try integer(what, as: UInt8.self)))
    case .int8: return .integer(Int(try integer(what, as: Int8.self)))
    case .uint16: return .integer(Int(try integer(what, as: UInt16.self)))
    case .int16: return .integer(Int(try integer(what, as: Int16.self)))
    case .uint32: return .integer(Int(try integer(what, as: UInt32.self)))
    case .int32: return .integer(Int(try integer(what, as: Int32.self)))
    case .int64: return .integer(Int(try integer(what, as: Int64.self)))
    case .uint64:
      let number = try integer(what, as: UInt64.self)
      return Int(exactly: number).map { .integer($0) } ?? .number(Double(number))
    case .float32: return .number(Double(Float(bitPattern: try integer(what))))
    case .float64: return .number(Double(bitPattern: try integer(what)))
    case .bool:
      let start = self
      let byte = try integer(what, as: UInt8.self)
      guard byte <= 1 else { throw start.expected("0 or 1 for \(what)", found: "\(byte)") }
      return .bool(byte == 1)
    case .string: return .string(try string(what))
    case .array:
      guard depth < Self.deepest else { throw expected("at most \(Self.deepest) levels of arrays", found: "more") }
      let element = try valueType("the elements of \(what)")
      let count = try count(of: "elements of \(what)", leastBytes: element.leastBytes, limit: Self.arrayLimit)
      var values: [JSON] = []
      values.reserveCapacity(count)
      for _ in 0..<count { values.append(try value(element, what, depth: depth + 1)) }
      return .array(values)
    }
  }
}
