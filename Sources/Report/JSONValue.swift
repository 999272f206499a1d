/// JSON with the order of its keys kept, which `Codable` would lose.
enum JSONValue {
  case null
  case bool(Bool)
  /// A missing or non-finite number is null.
  case number(Double?)
  case string(String)
  case array([JSONValue])
  case object([(String, JSONValue)])

  /// The value as text: one line for each part down to `deep` levels, what lies deeper on one line.
  func text(deep: Int, indent: Int = 0) -> String {
    guard indent < deep else { return line }
    let outer = String(repeating: " ", count: indent)
    let inner = outer + " "
    switch self {
    case .null, .bool, .number, .string: return line
    case .array(let values):
      if values.isEmpty { return "[]" }
      return "[\n" + values.map { inner + $0.text(deep: deep, indent: indent + 1) }.joined(separator: ",\n")
        + "\n\(outer)]"
    case .object(let fields):
      if fields.isEmpty { return "{}" }
      let lines = fields.map { key, value in
        "\(inner)\(Self.quoted(key)): \(value.text(deep: deep, indent: indent + 1))"
      }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
    }
  }

  private var line: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number(let value): Self.number(value)
    case .string(let text): Self.quoted(text)
    case .array(let values): "[" + values.map(\.line).joined(separator: ",") + "]"
    case .object(let fields):
      "{" + fields.map { "\(Self.quoted($0)):\($1.line)" }.joined(separator: ",") + "}"
    }
  }

  private static func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "null" }
    // Whole numbers that a Double holds exactly are written without a fraction.
    guard abs(value) < 9e15, let whole = Int(exactly: value) else { return "\(value)" }
    return "\(whole)"
  }

  private static func quoted(_ text: String) -> String {
    let quoted = text.replacingScalars { scalar in
      switch scalar {
      case "\"": return "\\\""
      case "\\": return "\\\\"
      case "\n": return "\\n"
      case "\t": return "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: return nil
      }
    }
    return "\"" + quoted + "\""
  }
}
