/// Columns of the low-rank factors of a model's linear problems.
package enum Rank: Hashable, Sendable, CustomStringConvertible {
  case fixed(Int)
  /// For each problem as many as cost at most 0.4 bits a weight.
  case auto

  /// Bits that `auto` may cost a weight, and those of a factor's element.
  private static let (budget, elementBits) = (0.4, 16.0)

  /// Reads `auto` or a number of 0 to 1024.
  package init?(text: String) {
    if text == "auto" {
      self = .auto
    } else {
      guard let value = Int(text), (0...1024).contains(value) else { return nil }
      self = .fixed(value)
    }
  }

  /// The rank of an `n` x `k` matrix, at most its own.
  package func columns(n: Int, k: Int) -> Int {
    switch self {
    case .fixed(let value): min(value, n, k)
    case .auto: Int(Self.budget * Double(n * k) / Self.elementBits / Double(n + k))
    }
  }

  package var description: String {
    switch self {
    case .fixed(let value): "\(value)"
    case .auto: "auto"
    }
  }
}

/// A number, or the word `auto`.
extension Rank: Codable {
  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let number = try? value.decode(Int.self) {
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
