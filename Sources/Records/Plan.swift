package import Foundation

/// How much measuring stands behind a plan's row, in rising order.
package enum Rigor: String, Codable, Hashable, Sendable, CaseIterable, Comparable {
  /// By rule, nothing measured.
  case estimate
  case quick
  case measure
  /// Every candidate in full.
  case exhaustive

  package static func < (a: Rigor, b: Rigor) -> Bool {
    Self.allCases.firstIndex(of: a) ?? 0 < Self.allCases.firstIndex(of: b) ?? 0
  }
}

/// The second best of a problem and how far behind it is.
package struct RunnerUp: Codable, Hashable, Sendable {
  package var variant: String
  package var configuration: Configuration
  package var layout: PackedLayout?
  package var timing: Timing

  package init(variant: String, configuration: Configuration, layout: PackedLayout?, timing: Timing) {
    self.variant = variant
    self.configuration = configuration
    self.layout = layout
    self.timing = timing
  }
}

/// The winner of one problem at one thread budget.
package struct PlanRow: Codable, Hashable, Sendable {
  /// The problem; its token count is the representative of its class.
  package var problem: Problem
  /// Threads the winner was allowed; `configuration.threads` is what it uses.
  package var threads: Int
  package var contract: Int
  package var variant: String
  package var revision: Int
  package var layout: PackedLayout?
  package var configuration: Configuration
  package var timing: Timing
  package var roof: String?
  package var share: Double?
  package var error: Double?
  package var runnerUp: RunnerUp?
  package var rigor: Rigor
  /// ISO 8601, UTC.
  package var date: String

  package init(
    problem: Problem, threads: Int, contract: Int, variant: String, revision: Int, layout: PackedLayout?,
    configuration: Configuration, timing: Timing, roof: String?, share: Double?, error: Double?, runnerUp: RunnerUp?,
    rigor: Rigor, date: String
  ) {
    self.problem = problem
    self.threads = threads
    self.contract = contract
    self.variant = variant
    self.revision = revision
    self.layout = layout
    self.configuration = configuration
    self.timing = timing
    self.roof = roof
    self.share = share
    self.error = error
    self.runnerUp = runnerUp
    self.rigor = rigor
    self.date = date
  }

  /// What makes two rows answers to the same question.
  package var key: PlanKey { PlanKey(problem: problem, layout: layout, threads: threads) }
}

/// The question that a plan row answers: the best reader or writer of `layout` for a problem within a thread budget.
package struct PlanKey: Hashable, Sendable {
  package var problem: Problem
  package var layout: PackedLayout?
  package var threads: Int

  package init(problem: Problem, layout: PackedLayout?, threads: Int) {
    self.problem = problem
    self.layout = layout
    self.threads = threads
  }
}

/// The packed layout of one quantized matrix, chosen for quantize, prefill and decode together.
package struct LayoutChoice: Codable, Hashable, Sendable {
  package var n: Int
  package var k: Int
  package var format: WeightFormat
  package var element: ElementType
  package var activation: ActivationFormat
  package var threads: Int
  package var layout: PackedLayout
  package var workload: Workload
  /// Nanoseconds of the whole workload on this matrix for each layout that was scored.
  package var scores: [PackedLayout.RawValue: Double]

  package init(
    n: Int, k: Int, format: WeightFormat, element: ElementType, activation: ActivationFormat, threads: Int,
    layout: PackedLayout, workload: Workload, scores: [PackedLayout.RawValue: Double]
  ) {
    self.n = n
    self.k = k
    self.format = format
    self.element = element
    self.activation = activation
    self.threads = threads
    self.layout = layout
    self.workload = workload
    self.scores = scores
  }

  /// Whether both choose for the same matrix under the same conditions.
  package func sameQuestion(as other: LayoutChoice) -> Bool {
    n == other.n && k == other.k && format == other.format && element == other.element
      && activation == other.activation && threads == other.threads
  }
}

/// What the tuner emits for one machine: the winners, the layouts they need, and what they were measured against.
package struct Plan: Codable, Hashable, Sendable {
  /// The version of this file's form; a plan of another version is reported and ignored.
  package static let schema = 1

  package var schema: Int
  package var machine: MachineIdentity
  package var context: MeasurementContext
  package var roofs: RoofSet
  /// nil in plans of older versions.
  package var choices: MachineChoices?
  package var layouts: [LayoutChoice]
  package var rows: [PlanRow]

  package init(
    machine: MachineIdentity, context: MeasurementContext, roofs: RoofSet, choices: MachineChoices? = nil,
    layouts: [LayoutChoice] = [], rows: [PlanRow] = []
  ) {
    self.schema = Self.schema
    self.machine = machine
    self.context = context
    self.roofs = roofs
    self.choices = choices
    self.layouts = layouts
    self.rows = rows
  }

  /// Reads the plan at `path`: the schema of this version, whatever the machine.
  package init(path: String) throws(RecordError) {
    try self.init(RecordFile.read(path), from: path)
  }

  /// Decodes the bytes of a plan that came from `path`.
  package init(_ bytes: Data, from path: String) throws(RecordError) {
    struct Header: Decodable { let schema: Int }
    let header = try RecordFile.decode(Header.self, bytes, from: path, expected: "a plan (JSON with `schema`)")
    guard header.schema == Self.schema else {
      throw .malformed(path: path, expected: "plan schema \(Self.schema)", found: "schema \(header.schema)")
    }
    self = try RecordFile.decode(Plan.self, bytes, from: path, expected: "a plan of schema \(Self.schema)")
    let sizes = rows.flatMap { [$0.problem.n, $0.problem.k, $0.problem.tokens] } + layouts.flatMap { [$0.n, $0.k] }
    let threads = rows.flatMap { [$0.threads, $0.configuration.threads] } + layouts.map(\.threads)
    let streams = rows.compactMap(\.configuration.stream)
    guard sizes.allSatisfy({ (0..<1 << 31).contains($0) }), threads.allSatisfy({ (1..<1 << 16).contains($0) }),
      streams.allSatisfy(\.isValid)
    else {
      throw .malformed(
        path: path, expected: "sizes of 0..<2^31, at least one thread, and streams that kernels know", found: "others")
    }
  }

  /// Writes the plan to `path`, whole or not at all.
  package func write(to path: String) throws(RecordError) {
    try RecordFile.write(RecordFile.encode(self), to: path)
  }
}
