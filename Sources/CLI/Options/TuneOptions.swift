internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Records
internal import Tuner

/// What a tuning needs to know, shared by `tune` and `demo`.
struct TuneOptions: ParsableArguments {
  @Option(help: "How much to measure: quick (within a minute) or measure.")
  var rigor = Rigor.quick

  @Option(help: "Seconds for everything. (default: 45 for quick, none for measure)")
  var timeLimit: Double?

  @Option(
    help: "The part of a fleet's work to do, such as 2/4: the second of four. Plan and journal are named after it.")
  var shard: Shard?

  @Option(help: "The journal to write and to go on from. (default: beside this machine's plan)")
  var journal: String?

  func validate() throws {
    guard rigor != .estimate else {
      throw ValidationError("--rigor: expected quick or measure; estimate measures nothing")
    }
    if let timeLimit, !(1...1e6).contains(timeLimit) {
      throw ValidationError("--time-limit: expected 1 to 1000000 seconds, found \(timeLimit)")
    }
  }

  /// Tunes `shapes` with a progress bar and returns what came of it; Ctrl-C keeps everything measured.
  func tune(
    _ shapes: [ModelShape], format: WeightFormat, activation: ActivationFormat, cache: CacheType = .f32,
    norm: NormOrder = .two, options: MachineOptions, machine: Machine
  ) throws -> TuningOutcome {
    let part = shard.map { ".shard-\($0.index)-of-\($0.count)" } ?? ""
    func path(_ name: String, _ ending: String) throws(CLIError) -> String {
      "\(try options.dataFolder.tuning(machine: machine.identity.name))/\(name)\(part).\(ending)"
    }
    let threads = options.threadCount(machine)
    var tuning = TuningOptions(
      shapes: shapes, format: format, activation: activation, cache: cache, norm: norm,
      threads: Array(Set([1, threads])).sorted(), rigor: rigor,
      planPath: try options.plan ?? path("plan", "json"), journalPath: try journal ?? path("journal", "jsonl"),
      coldBytes: machine.coldBytes)
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

extension Shard: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
