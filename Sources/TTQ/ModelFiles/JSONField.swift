/// A value of a JSON file together with the file and the keys that lead to it, so that every typed access can say what
/// it expected and where.
package struct JSONField: Sendable {
  package let path: String
  /// The keys joined with dots; empty for the document.
  package let name: String
  /// `.null` where the key is absent.
  package let value: JSON

  /// The document at `path`, which must be an object.
  package init(path: String) throws(ModelFileError) {
    self.init(path: path, name: "", value: try JSON(path: path))
    guard case .object = value else { throw expected("an object") }
  }

  init(path: String, name: String, value: JSON) {
    self.path = path
    self.name = name
    self.value = value
  }

  /// The member `key`; the last of several, as other readers take it.
  package subscript(key: String) -> JSONField {
    var found = JSON.null
    if case .object(let members) = value { found = members.last { $0.key == key }?.value ?? .null }
    return JSONField(path: path, name: name.isEmpty ? key : "\(name).\(key)", value: found)
  }

  var isNull: Bool {
    if case .null = value { true } else { false }
  }

  /// The field unless it is absent.
  var ifPresent: JSONField? { isNull ? nil : self }

  /// The error of this field.
  func expected(_ what: String, found: String? = nil) -> ModelFileError {
    .malformed(path: path, item: name.isEmpty ? "the document" : name, expected: what, found: found ?? value.summary)
  }

  func unsupported(_ supported: String) -> ModelFileError {
    .unsupported(path: path, item: name, found: value.summary, supported: supported)
  }

  package func integer(in range: ClosedRange<Int>) throws(ModelFileError) -> Int {
    guard case .integer(let number) = value, range.contains(number) else {
      throw expected("an integer in \(range.lowerBound)...\(range.upperBound)")
    }
    return number
  }

  /// A finite number.
  func number() throws(ModelFileError) -> Double {
    let number: Double? =
      switch value {
      case .integer(let number): Double(number)
      case .number(let number): number
      default: nil
      }
    guard let number, number.isFinite else { throw expected("a number") }
    return number
  }

  /// A finite number above 0.
  func positive() throws(ModelFileError) -> Double {
    guard let number = try? number(), number > 0 else { throw expected("a number above 0") }
    return number
  }

  package func string() throws(ModelFileError) -> String {
    guard case .string(let text) = value else { throw expected("a string") }
    return text
  }

  /// A truth value; `fallback` where it is absent.
  func bool(or fallback: Bool) throws(ModelFileError) -> Bool {
    switch value {
    case .null: return fallback
    case .bool(let flag): return flag
    default: throw expected("true or false")
    }
  }

  /// The elements of an array; none where it is absent.
  package func elements() throws(ModelFileError) -> [JSONField] {
    switch value {
    case .null: return []
    case .array(let values):
      return values.enumerated().map { JSONField(path: path, name: "\(name).\($0.offset)", value: $0.element) }
    default: throw expected("an array")
    }
  }

  /// The members of an object in the file's order; none where it is absent.
  package func members() throws(ModelFileError) -> [(key: String, field: JSONField)] {
    switch value {
    case .null: return []
    case .object(let members):
      return members.map { ($0.key, JSONField(path: path, name: "\(name).\($0.key)", value: $0.value)) }
    default: throw expected("an object")
    }
  }
}
