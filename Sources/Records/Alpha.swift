/// The power alpha of the activations' norms that makes D (method.md, step 2).
package enum Alpha: Hashable, Sendable, NumberOrAuto {
  case fixed(Double)
  /// Chosen for each layer and prompt, on a sample of its rows.
  case auto

  package static let bounds = 0.0...2

  package var number: Double? { if case .fixed(let value) = self { value } else { nil } }

  package var description: String {
    number.map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" } ?? "auto"
  }
}
