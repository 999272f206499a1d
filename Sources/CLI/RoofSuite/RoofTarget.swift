package import Records

/// What an operation should reach on a machine: one line of the roof suite.
package struct RoofTarget: Hashable, Sendable {
  /// What is claimed of the fastest correct variant.
  package enum Claim: Hashable, Sendable {
    /// At least this share of a roof, measured in turns with the variant.
    case share(of: Roof.Kind)
    /// At least so many operations a second, GOP/s.
    case operations
    /// At least so many weights a second, 10^9 a second.
    case weights
    /// At most this many times the time of the fastest variant of another problem in the same run.
    case time(over: Problem)
  }

  /// The operation in the field's words.
  package let operation: String
  /// Without sizes, a problem takes those of the shape at hand.
  package let problem: Problem
  package let claim: Claim
  /// The claim's number for each thread count that has one.
  package let thresholds: [Int: Double]
  /// Instruction sets above this one are masked.
  package var isaLimit: String?

  package init(
    operation: String, problem: Problem, claim: Claim, thresholds: [Int: Double], isaLimit: String? = nil
  ) {
    self.operation = operation
    self.problem = problem
    self.claim = claim
    self.thresholds = thresholds
    self.isaLimit = isaLimit
  }

  /// `problem` with the sizes of `shape`, unless it has its own.
  static func sized(_ problem: Problem, _ shape: MatrixShape) -> Problem {
    guard problem.n == 0 else { return problem }
    var problem = problem
    (problem.n, problem.k) = (shape.n, shape.k)
    return problem
  }

  /// Whether the problem has sizes of its own, whatever the shape at hand.
  package var isSized: Bool { problem.n > 0 }
}
