internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Records
internal import Tuner

/// What a tuning needs to know, shared by `tune` and `demo`.
struct TuneOptions: ParsableArguments {
  @Option(
    help: "How much to measure: estimate (nothing), quick (within a minute), measure, or exhaustive (every candidate).")
  var rigor = Rigor.quick

  @Option(
    help:
      "How to search: \(StrategyRow.all.map { "\($0.name) (\($0.summary))" }.joined(separator: ", ")). (default: halving; exhaustive for that rigor)"
  )
  var strategy: StrategyRow?

  @Option(help: "Seconds for everything. (default: 45 for quick, none for measure and exhaustive)")
  var timeLimit: Double?

  @Option(help: "Measure only candidates whose name (problem/variant) matches this pattern, such as 'qmatmul/*/t1/*'.")
  var only: String?

  @Option(
    help:
      "What the plan is to be fastest at, such as prompt=512,generate=128: without generate the time to the first token, without prompt the time per token."
  )
  var workload = Workload.standard

  @Option(
    help: "The part of a fleet's work to do, such as 2/4: the second of four. Plan and journal are named after it.")
  var shard: Shard?

  @Option(help: "The journal to write and to go on from. (default: beside this machine's plan)")
  var journal: String?

  @Flag(
    help:
      "Time with the weights in cache, to see what that does: such a plan is slower in use, so unless --plan names another file it is written as plan.warm.json, which inference never looks for."
  )
  var warm = false

  func validate() throws {
    if let timeLimit, !(1...1e6).contains(timeLimit) {
      throw ValidationError("--time-limit: expected 1 to 1000000 seconds, found \(timeLimit)")
    }
  }

  /// Tunes `shapes` with a progress bar and returns what came of it; Ctrl-C keeps everything measured.
  func tune(
    _ shapes: [ModelShape], format: WeightFormat, activation: ActivationFormat, cache: CacheType = .f32,
    norm: NormOrder = .two, ways: QuantizingWays, options: MachineOptions, machine: Machine
  ) throws -> TuningOutcome {
    let part = (shard.map { ".shard-\($0.index)-of-\($0.count)" } ?? "") + (warm ? ".warm" : "")
    func path(_ name: String, _ ending: String) throws(CLIError) -> String {
      "\(try options.dataFolder.tuning(machine: machine.identity.name))/\(name)\(part).\(ending)"
    }
    let threads = options.threadCount(machine)
    var tuning = TuningOptions(
      shapes: shapes, format: format, activation: activation, cache: cache, norm: norm, ways: ways,
      threads: Array(Set([1, threads])).sorted(), rigor: rigor,
      workload: workload, planPath: try options.plan ?? path("plan", "json"),
      journalPath: try journal ?? path("journal", "jsonl"), coldBytes: warm ? 0 : machine.coldBytes)
    if let strategy { tuning.strategy = strategy }
    tuning.only = only
    tuning.shard = shard
    if let timeLimit { tuning.timeLimit = timeLimit }
    let interrupt = Interrupt()
    let bar = ProgressBar("tuning")
    let run = TuningRun(
      options: tuning, machine: machine, workerExecutable: DataFolder.executablePath, workerArguments: ["worker"],
      progress: { bar.show(done: $0.done, total: $0.total, text: $0.text, secondsLeft: $0.secondsLeft) },
      isCancelled: { interrupt.wasRaised })
    defer { bar.finish() }
    return try run.run()
  }

  /// Prints what the tuning wrote and left.
  static func summarise(_ outcome: TuningOutcome) {
    for note in outcome.notes { print("note: \(note)") }
    let failed = outcome.results.filter { [.wrong, .crashed, .timeout].contains($0.status) }
    print(
      "measured \(outcome.results.count { $0.timing != nil }) candidates\(outcome.resumed > 0 ? ", \(outcome.resumed) of them in an earlier, unfinished run" : "")"
    )
    for result in failed {
      print(
        "\(result.status.rawValue): \(result.problem.name) \(result.variant), \(result.configuration): \(result.reason ?? "")"
      )
    }
    if outcome.unreached > 0 {
      print(
        "\(outcome.unreached) candidates were not reached\(outcome.cancelled ? " (interrupted)" : " in the time given"); the same command goes on with them"
      )
    }
    print("plan: \(outcome.planPath)")
    print("journal: \(outcome.journalPath)")
  }
}

extension Rigor: ExpressibleByArgument {}

extension StrategyRow: ExpressibleByArgument {
  public init?(argument: String) {
    guard let row = Self.named(argument) else { return nil }
    self = row
  }

  public static var allValueStrings: [String] { all.map(\.name) }
}

extension Workload: ExpressibleByArgument {
  /// `prompt=512,generate=128`; what is not named is 0.
  public init?(argument: String) {
    self.init(prompt: 0, generate: 0)
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=")
      guard pair.count == 2, let count = Int(pair[1]), (0...1 << 24).contains(count) else { return nil }
      switch pair[0] {
      case "prompt": prompt = count
      case "generate": generate = count
      default: return nil
      }
    }
    guard prompt + generate > 0 else { return nil }
  }

  public var defaultValueDescription: String { "prompt=\(prompt),generate=\(generate)" }
}

extension Shard: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
