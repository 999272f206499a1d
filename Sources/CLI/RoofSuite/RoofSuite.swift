internal import Foundation
internal import Glibc
internal import Kernels
internal import Measure
internal import Records
internal import Tuner

/// Measures the targets: for each one the variants that may win, in turns with the roofs, on cold weights.
struct RoofSuite {
  let targets: [RoofTarget]
  /// For problems without sizes of their own.
  let shapes: [MatrixShape]
  /// A pattern that the names of rows must match, as file names do.
  let only: String?
  /// Nanoseconds of sampling for each variant and each roof.
  let budget: Double
  let isaLimit: String?
  /// Only this thread count; nil for all that the targets name and the machine has processors for.
  let threads: Int?

  struct Outcome {
    let machine: Machine
    let rows: [RoofSuiteRow]
  }

  /// A variant this many times slower than the best is not timed further.
  private static let patience = 1.4
  /// Times that an unsteady run is measured at most.
  private static let tries = 3

  /// A row to fill, with what it takes to measure it.
  private struct Task {
    var row: RoofSuiteRow
    let target: RoofTarget
    let problem: Problem
    /// What the target's figure is a ratio to.
    let other: Problem?

    /// Rows with the same one are judged on the same measurement.
    var run: Run { Run(problems: [problem] + (other.map { [$0] } ?? []), isaLimit: target.isaLimit) }
  }

  private struct Run: Hashable {
    let problems: [Problem]
    let isaLimit: String?
  }

  /// Measures and judges every row. Thread counts come one after the other, so that a pool is made once.
  func run() throws -> Outcome {
    let machine = try Machine.probe(isaLimit: isaLimit)
    let counts = threads.map { [$0] } ?? Array(1...max(1, machine.allowedCPUs.count))
    var queue = counts.flatMap { tasks(threads: $0) }
    guard !queue.isEmpty else { throw CLIError.invalid("no row of the suite is left; \(selection)") }
    // All machines are probed before a pool binds this thread to a processor.
    var machines: [String?: Machine] = [nil: machine]
    for limit in Set(queue.map(\.target.isaLimit)) where limit != nil {
      machines[limit] = try masked(machine, by: limit)
    }
    let bench = RoofBench(
      isa: machine.isa.rawValue, cacheBytes: machine.identity.cacheBytes, processors: machine.allowedCPUs)
    let bar = ProgressBar("roofs")
    let start = MonotonicClock.now()
    var pool = ThreadPool(threads: 1)
    var measured: [Run: SideBySideOutcome] = [:]
    for index in queue.indices {
      let task = queue[index]
      let spent = Double(MonotonicClock.now() - start) / 1e9
      bar.show(
        done: index, total: queue.count, text: task.row.name,
        secondsLeft: index == 0 ? nil : spent / Double(index) * Double(queue.count - index))
      if pool.threads != task.row.threads {
        pool = ThreadPool(threads: task.row.threads, cpus: machine.allowedCPUs)
        measured = [:]
      }
      let here = machines[task.target.isaLimit] ?? machine
      let sideBySide = SideBySide(
        machine: here, pool: pool, threads: task.row.threads, coldBytes: here.coldBytes, budget: budget,
        bench: bench.limited(to: here.isa.rawValue), patience: Self.patience)
      let outcome = measured[task.run] ?? self.measure(task, with: sideBySide)
      measured[task.run] = outcome
      queue[index].row.judge(task.target.claim, of: task.problem, over: task.other, in: outcome)
    }
    bar.finish()
    return Outcome(machine: machine, rows: queue.map(\.row))
  }

  private func measure(_ task: Task, with sideBySide: SideBySide) -> SideBySideOutcome {
    let all = task.run.problems.flatMap { entries($0, threads: task.row.threads, on: sideBySide.machine) }
    var outcome = sideBySide.measure(all)
    for _ in 1..<Self.tries where outcome.unsteady != nil { outcome = sideBySide.measure(all) }
    return outcome
  }

  private var selection: String {
    [only.map { "--only \($0)" }, threads.map { "--threads \($0)" }].compactMap { $0 }.joined(separator: ", ")
  }

  private func tasks(threads: Int) -> [Task] {
    targets.flatMap { target -> [Task] in
      guard let threshold = target.thresholds[threads] else { return [] }
      return (target.isSized ? Array(shapes.prefix(1)) : shapes).compactMap { shape in
        let problem = RoofTarget.sized(target.problem, shape)
        let row = RoofSuiteRow(target, problem, threads: threads, threshold: threshold)
        if let only, unsafe fnmatch(only, row.name, 0) != 0 { return nil }
        var other: Problem?
        if case .time(let problem) = target.claim { other = RoofTarget.sized(problem, shape) }
        return Task(row: row, target: target, problem: problem, other: other)
      }
    }
  }

  /// The machine with what `limit` masks left out, besides what is masked already.
  private func masked(_ machine: Machine, by limit: String?) throws -> Machine {
    let named = limit.flatMap(ISA.upTo) ?? machine.isa
    return machine.isa.isSubset(of: named) ? machine : try Machine.probe(isaLimit: limit)
  }

  /// The variants that may win: those for an instruction set or a library, or all but the references where there are none.
  private func entries(_ problem: Problem, threads: Int, on machine: Machine) -> [SideBySide.Entry] {
    guard let family = Catalogue.standard[problem.family] else { return [] }
    let rows = family.rows.filter { $0.constraint(against: problem) == nil && $0.unsupported(by: machine.isa) == nil }
    let fast = rows.filter { !$0.isa.isEmpty || $0.needsOpenBLAS }
    let configurations = Configuration.candidates(for: problem, threads: threads)
    return (fast.isEmpty ? rows.filter { !$0.isReference } : fast).flatMap { row in
      configurations.map { SideBySide.Entry(family: family, row: row, problem: problem, configuration: $0) }
    }
  }
}
