/// The power alpha of the activations' norms that makes D (method.md, step 2).
package enum Alpha: Hashable, Sendable, CustomStringConvertible {
  case fixed(Double)
  /// Chosen for each layer and prompt, on a sample of its rows.
  case auto

  /// Reads `auto` or a number of 0 to 2.
  package init?(text: String) {
    if text == "auto" {
      self = .auto
    } else {
      guard let value = Double(text), (0...2).contains(value) else { return nil }
      self = .fixed(value)
    }
  }

  package var description: String {
    switch self {
    case .fixed(let value): value == value.rounded() ? "\(Int(value))" : "\(value)"
    case .auto: "auto"
    }
  }
}

/// A number, or the word `auto`.
extension Alpha: Codable {
  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let number = try? value.decode(Double.self) {
      self = .fixed(number)
    } else if try value.decode(String.self) == "auto" {
      self = .auto
    } else {
      throw DecodingError.dataCorruptedError(in: value, debugDescription: "neither a number nor auto")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .fixed(let number): try value.encode(number)
    case .auto: try value.encode("auto")
    }
  }
}
