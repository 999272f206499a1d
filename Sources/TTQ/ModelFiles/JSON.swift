/// A JSON value that keeps the order and the repetitions of an object's members.
///
/// Vocabularies and tensor headers need both, as well as names compared byte by byte: in a dictionary of `String` two
/// canonically equivalent pieces would be one key.
package enum JSON: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  package struct Member: Sendable, Hashable {
    package let key: String
    package let value: JSON
  }

  /// What was found, for an error message.
  var summary: String {
    switch self {
    case .null: "nothing"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): "\"\(value.prefix(80))\""
    case .array(let values): "an array of \(values.count)"
    case .object: "an object"
    }
  }
}

/// Where and why a text is not JSON.
struct JSONSyntaxError: Error {
  let offset: Int
  let expected: String
}

extension JSON {
  /// Parses a whole UTF-8 document.
  init(parsing text: Span<UInt8>) throws(JSONSyntaxError) {
    var parser = JSONParser(text: text)
    self = try parser.document()
  }

  /// Parses the file at `path`.
  init(path: String) throws(ModelFileError) {
    let bytes = try readBytes(path: path)
    do throws(JSONSyntaxError) {
      self = try JSON(parsing: bytes.span)
    } catch {
      throw .malformed(
        path: path, item: "byte \(error.offset) of \(bytes.count)", expected: error.expected, found: "something else")
    }
  }
}

private struct JSONParser: ~Escapable {
  private let text: Span<UInt8>
  private var at = 0
  private var depth = 0
  /// Deeper documents are refused: they could only exhaust the stack.
  private static let deepest = 64

  @_lifetime(copy text)
  init(text: Span<UInt8>) { self.text = text }

  mutating func document() throws(JSONSyntaxError) -> JSON {
    skipSpace()
    let value = try value()
    skipSpace()
    guard at == text.count else { throw expected("the end of the document") }
    return value
  }

  private func expected(_ what: String) -> JSONSyntaxError { JSONSyntaxError(offset: at, expected: what) }

  private func peek() -> UInt8 { at < text.count ? text[at] : 0 }

  private mutating func skipSpace() {
    while at < text.count, [0x20, 0x0A, 0x0D, 0x09].contains(text[at]) { at += 1 }
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard peek() == byte, at < text.count else { return false }
    at += 1
    return true
  }

  private mutating func value() throws(JSONSyntaxError) -> JSON {
    switch peek() {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSON) throws(JSONSyntaxError) -> JSON {
    let name = "\(word)"
    for byte in name.utf8 where !skip(byte) { throw expected("`\(name)`") }
    return value
  }

  private mutating func descend() throws(JSONSyntaxError) {
    at += 1
    depth += 1
    guard depth <= Self.deepest else { throw expected("at most \(Self.deepest) levels") }
    skipSpace()
  }

  private mutating func object() throws(JSONSyntaxError) -> JSON {
    try descend()
    defer { depth -= 1 }
    var members: [JSON.Member] = []
    if skip(UInt8(ascii: "}")) { return .object(members) }
    while true {
      guard peek() == UInt8(ascii: "\"") else { throw expected("a key in quotation marks") }
      let key = try string()
      skipSpace()
      guard skip(UInt8(ascii: ":")) else { throw expected("`:` after a key") }
      skipSpace()
      members.append(JSON.Member(key: key, value: try value()))
      skipSpace()
      if skip(UInt8(ascii: "}")) { return .object(members) }
      guard skip(UInt8(ascii: ",")) else { throw expected("`,` or `}` in an object") }
      skipSpace()
    }
  }

  private mutating func array() throws(JSONSyntaxError) -> JSON {
    try descend()
    defer { depth -= 1 }
    var values: [JSON] = []
    if skip(UInt8(ascii: "]")) { return .array(values) }
    while true {
      values.append(try value())
      skipSpace()
      if skip(UInt8(ascii: "]")) { return .array(values) }
      guard skip(UInt8(ascii: ",")) else { throw expected("`,` or `]` in an array") }
      skipSpace()
    }
  }

  private mutating func number() throws(JSONSyntaxError) -> JSON {
    let start = at
    var integral = true
    while at < text.count {
      switch text[at] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): break
      case UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): integral = false
      default:
        return try number(from: start, integral: integral)
      }
      at += 1
    }
    return try number(from: start, integral: integral)
  }

  private mutating func number(from start: Int, integral: Bool) throws(JSONSyntaxError) -> JSON {
    let digits = try utf8(start..<at)
    if integral, let value = Int(digits) { return .integer(value) }
    // `Double` reads more than JSON allows (`.5`, hexadecimal); the first character tells enough.
    let first = digits.utf8.first { $0 != UInt8(ascii: "-") } ?? 0
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first), let value = Double(digits), value.isFinite else {
      at = start
      throw expected("a value")
    }
    return .number(value)
  }

  private func utf8(_ range: Range<Int>) throws(JSONSyntaxError) -> String {
    do throws(UTF8.ValidationError) {
      return String(copying: try UTF8Span(validating: text.extracting(range)))
    } catch {
      throw JSONSyntaxError(offset: range.lowerBound, expected: "UTF-8")
    }
  }

  private mutating func string() throws(JSONSyntaxError) -> String {
    at += 1
    var start = at
    var result = ""
    while at < text.count {
      switch text[at] {
      case UInt8(ascii: "\""):
        let tail = try utf8(start..<at)
        at += 1
        return result.isEmpty ? tail : result + tail
      case UInt8(ascii: "\\"):
        result += try utf8(start..<at)
        result.unicodeScalars.append(try escape())
        start = at
      case 0..<0x20: throw expected("no control character in a string")
      default: at += 1
      }
    }
    throw expected("the end of a string")
  }

  private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar {
    at += 1
    defer { at += 1 }
    switch peek() {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw expected("an escape of JSON")
    }
    var code = try hexadecimal()
    if code & 0xFC00 == 0xD800 {
      at += 1
      guard skip(UInt8(ascii: "\\")), peek() == UInt8(ascii: "u") else { throw expected("a second surrogate") }
      let low = try hexadecimal()
      guard low & 0xFC00 == 0xDC00 else { throw expected("a second surrogate") }
      code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
    }
    guard let scalar = Unicode.Scalar(code) else { throw expected("a Unicode scalar") }
    return scalar
  }

  /// Four hexadecimal digits after the `u` at the position, which ends at the last of them.
  private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      at += 1
      guard let digit = Character(Unicode.Scalar(peek())).hexDigitValue else {
        throw expected("four hexadecimal digits")
      }
      code = code << 4 | UInt32(digit)
    }
    return code
  }
}
