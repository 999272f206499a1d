package import Records

/// How a kernel was found; the steps are tried in this order, and the one taken is shown, never hidden.
package enum SelectionStep: String, Hashable, Sendable, CaseIterable {
  /// The user's demand.
  case forced
  /// A measured row of this machine for this problem.
  case exact
  /// A measured row of this machine for the nearest shape.
  case nearest
  /// A measured row of another machine with the same instruction sets.
  case sameISA = "same-isa"
  /// No measurement: the last rung of the family's ladder that this machine can climb.
  case estimate
  /// Nothing but the scalar reference can serve the problem.
  case reference
}

/// A variant chosen for a problem, and why.
package struct Selection<Kernel: Sendable>: Sendable {
  package let variant: Variant<Kernel>
  package let configuration: Configuration
  package let step: SelectionStep
  /// One line: the problem, the choice and its reason.
  package let explanation: String
}

/// The packed layout chosen for a matrix, and why.
package struct LayoutSelection: Sendable {
  package let layout: PackedLayout
  package let step: SelectionStep
  package let explanation: String
}

/// Why no kernel can serve a problem.
package enum SelectionError: Error, CustomStringConvertible {
  case none(Problem)

  package var description: String {
    switch self {
    case .none(let problem): "\(problem.name): no variant can serve it"
    }
  }
}
