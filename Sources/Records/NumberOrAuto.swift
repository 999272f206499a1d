/// An option that is a number, or the word `auto` where the number is to be found for each layer; recorded as either.
package protocol NumberOrAuto: Codable, CustomStringConvertible {
  associatedtype Number: Codable & Comparable & LosslessStringConvertible
  static func fixed(_ number: Number) -> Self
  static var auto: Self { get }
  static var bounds: ClosedRange<Number> { get }
  /// nil for `auto`.
  var number: Number? { get }
}

extension NumberOrAuto {
  /// Reads `auto` or a number within the bounds.
  package init?(text: String) {
    if text == "auto" {
      self = .auto
    } else {
      guard let number = Number(text), Self.bounds.contains(number) else { return nil }
      self = .fixed(number)
    }
  }

  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let number = try? value.decode(Number.self) {
      self = .fixed(number)
    } else if try value.decode(String.self) == "auto" {
      self = .auto
    } else {
      throw DecodingError.dataCorruptedError(in: value, debugDescription: "neither a number nor auto")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    if let number { try value.encode(number) } else { try value.encode("auto") }
  }
}
