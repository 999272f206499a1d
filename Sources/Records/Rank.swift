/// Columns of the low-rank factors of a model's linear problems.
package enum Rank: Hashable, Sendable, NumberOrAuto {
  case fixed(Int)
  /// For each problem as many as cost at most 0.4 bits a weight.
  case auto

  package static let bounds = 0...1024

  /// Bits that `auto` may cost a weight, and those of a factor's element.
  private static let (budget, elementBits) = (0.4, 16.0)

  /// The rank of an `n` x `k` matrix, at most its own.
  package func columns(n: Int, k: Int) -> Int {
    switch self {
    case .fixed(let value): min(value, n, k)
    case .auto: Int(Self.budget * Double(n * k) / Self.elementBits / Double(n + k))
    }
  }

  package var number: Int? { if case .fixed(let value) = self { value } else { nil } }

  package var description: String { number.map(String.init) ?? "auto" }
}
