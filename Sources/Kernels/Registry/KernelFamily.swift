package import Records

/// One operation with one contract and the variants that compute it. The first variant is the scalar reference.
package protocol KernelFamily: Sendable {
  associatedtype Kernel: Sendable

  var name: FamilyName { get }
  /// The version of the contract; plan rows of another version do not count.
  var contract: Int { get }
  /// The operation in one line.
  var formula: String { get }
  /// The largest error that is correct, in the measure of `Trial.check`, for a variant that declares none of its own.
  var tolerance: Double { get }
  var variants: [Variant<Kernel>] { get }

  /// What one call must move and compute, whatever the variant.
  func cost(of problem: Problem) -> Cost

  /// Random operands for `problem` and one variant bound to them, ready to be checked and timed. Weights (or a cache) stand in
  /// `arena` as many times as it holds, so that a timed loop meets them cold.
  func trial(
    of variant: Variant<Kernel>, on problem: Problem, configuration: Configuration, pool: ThreadPool, arena: ColdArena,
    seed: UInt64
  ) -> any Trial
}

extension KernelFamily {
  package var rows: [VariantRow] { variants.map(\.row) }

  /// The largest error that is correct for a variant.
  package func tolerance(of row: VariantRow) -> Double { row.tolerance ?? tolerance }

  /// The variant called `name` that can serve `problem`.
  package func variant(named name: String, for problem: Problem) -> Variant<Kernel>? {
    variants.first { $0.row.name == name && $0.row.constraint(against: problem) == nil }
  }

  /// A trial of the variant called `name`, or why there is none.
  package func trial(
    ofVariantNamed name: String, on problem: Problem, configuration: Configuration, machine: Machine, pool: ThreadPool,
    arena: ColdArena, seed: UInt64
  ) throws(TrialError) -> any Trial {
    let named = variants.filter { $0.row.name == name }
    guard let first = named.first else {
      throw .unknownVariant(name, family: self.name, known: Array(Set(rows.map(\.name))).sorted())
    }
    guard let variant = variant(named: name, for: problem) else {
      // A name stands in a row for each width: the one of this problem's width tells why it does not fit.
      let closest = named.first { row in problem.format.map { row.row.bits.contains($0.bits) } ?? true } ?? first
      throw .constraint(closest.row.constraint(against: problem) ?? "")
    }
    if let reason = variant.row.unsupported(by: machine.isa) { throw .unsupported(reason) }
    pool.reserveScratch(floats: variant.scratchFloats(problem))
    return trial(of: variant, on: problem, configuration: configuration, pool: pool, arena: arena, seed: seed)
  }
}

/// One variant bound to a problem's operands.
package protocol Trial: AnyObject {
  /// Cold copies of the weights to rotate over.
  var copies: Int { get }

  /// One call, on cold copy `copy`. Nothing but the kernel and its wrapper: this is what is timed.
  func run(copy: Int)

  /// Runs once on fresh outputs with canaries around them and compares with the reference.
  func check() -> TrialCheck
}

/// What a check found.
package struct TrialCheck: Hashable, Sendable {
  /// Relative norm-wise error; for codes, the share that differs.
  package var error: Double
  /// What is wrong beyond a large error: a canary overwritten, a value that is not finite.
  package var fault: String?

  package init(error: Double, fault: String? = nil) {
    self.error = error
    self.fault = fault
  }

  /// Why the check fails at `tolerance`, or nil where it passes.
  package func failure(tolerance: Double) -> String? {
    if let fault { return fault }
    return error <= tolerance ? nil : "error \(error) beyond \(tolerance)"
  }
}

/// Why a variant was not tried on a problem.
package enum TrialError: Error, Hashable, CustomStringConvertible {
  case unknownVariant(String, family: FamilyName, known: [String])
  case constraint(String)
  case unsupported(String)

  package var description: String {
    switch self {
    case .unknownVariant(let name, let family, let known):
      "\(family.rawValue): no variant `\(name)`; expected one of \(known.joined(separator: ", "))"
    case .constraint(let reason), .unsupported(let reason): reason
    }
  }
}
