internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Records
internal import Tuner

/// Two plans of this machine against each other, where they differ by new measurements.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare two plans of this machine: winners that differ are timed in turns, weights cold.",
    discussion:
      "A flip is a winner that is more than 2 % slower than the other plan's in turns with it. With --shapes or --model, and --workload, the model's time by each plan is given too."
  )

  @Argument(help: "A plan.")
  var first: String

  @Argument(help: "Another plan.")
  var second: String

  @Option(help: "Seconds of sampling for each winner that differs.")
  var seconds = 0.2

  /// The options of `tune` are taken by it, wherever they stand.
  @ParentCommand var tune: TuneCommand

  func validate() throws {
    guard (0.001...60).contains(seconds) else {
      throw ValidationError("--seconds: expected 0.001 to 60, found \(seconds)")
    }
  }

  func run() throws {
    let machine = try tune.options.machine()
    let (a, b) = (try plan(first, machine), try plan(second, machine))
    var comparison = PlanComparison(a, b)
    guard comparison.shared > 0 else { throw CLIError.failed("\(first), \(second): no question in common") }
    let worker = WorkerClient(
      executable: DataFolder.executablePath, arguments: ["worker"],
      setup: WorkerSetup(threads: tune.options.threadCount(machine), cpus: machine.allowedCPUs))
    defer { worker.stop() }
    let bar = ProgressBar("comparing")
    let (count, pairs) = (comparison.differences.count, comparison.pairs)
    try comparison.settle(by: worker, budget: seconds * 1e9, coldBytes: machine.coldBytes, timeout: 60) {
      bar.show(done: $0, total: pairs, text: "", secondsLeft: nil)
    }
    bar.finish()
    print(differences(comparison))
    print(
      """
      questions in common    \(comparison.shared), and \(comparison.unasked) of layouts that neither plan chose
      median half-width      \(Quantity.percent(comparison.halfWidths.first, digits: 2)) and \(Quantity.percent(comparison.halfWidths.second, digits: 2)) of the median
      other winners          \(count)
      flips                  \(comparison.flips), \(Quantity.percent(comparison.share, digits: 1)) of the questions
      """)
    if tune.shapes != nil || tune.model != nil {
      for shape in try tune.modelShapes() { print(try modelTimes(a, b, comparison, shape, machine)) }
    }
  }

  private func plan(_ path: String, _ machine: Machine) throws -> Plan {
    let plan = try Plan(path: path)
    guard plan.machine == machine.identity else {
      throw CLIError.failed("\(path): expected a plan of \(machine.identity.name), found \(plan.machine.name)")
    }
    return plan
  }

  private func differences(_ comparison: PlanComparison) -> String {
    var table = TextTable(["question", "threads", "first", "second", "second slower by"], left: [0, 2, 3])
    for difference in comparison.differences {
      table.add([
        difference.first.problem.name, String(difference.first.threads),
        "\(difference.first.variant), \(difference.first.configuration)",
        "\(difference.second.variant), \(difference.second.configuration)",
        difference.slower.map { Quantity.percent($0, digits: 1) } ?? "not measured",
      ])
    }
    return table.text
  }

  /// The model's time by each plan, both in the first one's times: where winners differ, times what they were in turns.
  private func modelTimes(
    _ a: Plan, _ b: Plan, _ comparison: PlanComparison, _ shape: ModelShape, _ machine: Machine
  ) throws -> String {
    let threads = tune.options.threadCount(machine)
    let slower = Dictionary(comparison.differences.map { ($0.first.key, 1 + ($0.slower ?? 0)) }) { $1 }
    let times = Dictionary(a.rows.map { ($0.key, $0.timing.medianNanoseconds) }) { $1 }
    let problems = TuningProblems.all(
      of: [shape], format: tune.formatOptions.format, activation: tune.formatOptions.activations,
      cache: tune.formatOptions.cache,
      norm: tune.formatOptions.norm)
    func total(_ plan: Plan, _ factor: @escaping (PlanKey) -> Double) throws -> ModelTime {
      try ModelTime(
        of: shape, problems: problems, workload: tune.tuneOptions.workload, layoutsOf: plan,
        activation: tune.formatOptions.activations, threads: threads,
        time: { key in times[key].map { $0 * factor(key) } })
    }
    let (first, second) = (try total(a) { _ in 1 }, try total(b) { slower[$0] ?? 1 })
    var table = TextTable(
      ["\(shape.name), \(tune.tuneOptions.workload.defaultValueDescription)", "first token", "a token", "total"],
      left: [0])
    for (name, time) in [("first plan", first), ("second plan", second)] {
      table.add([name, Quantity.time(time.firstToken), Quantity.time(time.token), Quantity.time(time.total)])
    }
    return "\(table.text)\nsecond / first         \(Quantity.decimal(second.total / first.total, digits: 3))"
  }
}
