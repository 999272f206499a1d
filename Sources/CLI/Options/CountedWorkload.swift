internal import ArgumentParser
internal import Kernels
internal import Measure
internal import Records
internal import Tuner

/// A kernel to count, and how often to call it.
struct CountedWorkload: ParsableArguments {
  @OptionGroup var problemOptions: ProblemOptions

  @Option(help: "The variant. (default: the last of the ladder that this machine has)")
  var variant: String?

  @Option(help: "Calls of one pass.")
  var calls = 32

  @Option(help: "Passes.")
  var passes = 5

  func validate() throws {
    guard (1...1_000_000).contains(calls) else {
      throw ValidationError("--calls: expected 1 to 1000000, found \(calls)")
    }
    guard (1...10_000).contains(passes) else { throw ValidationError("--passes: expected 1 to 10000, found \(passes)") }
  }

  /// Counts the kernel, after it was checked, on the calling thread, with the counters that `groups` ask for besides the usual ones.
  func record(_ groups: [MetricGroup], _ options: MachineOptions) throws -> CounterRecording {
    let machine = try options.machine()
    let name = problemOptions.family ?? .qmatmul
    guard let family = Catalogue.standard[name] else { throw CLIError.invalid("no family \(name.rawValue)") }
    let usable = family.rows.filter { $0.unsupported(by: machine.isa) == nil && (variant == nil || $0.name == variant) }
    guard let row = usable.last(where: { $0.constraint(against: problemOptions.problem(of: name, for: $0)) == nil })
    else {
      throw CLIError.invalid(
        "\(name.rawValue): no variant \(variant ?? "") can serve this problem here; see ttq kernels")
    }
    let problem = problemOptions.problem(of: name, for: row)
    let threads = options.threads ?? 1
    let trial = try family.trial(
      ofVariantNamed: row.name, on: problem, configuration: Configuration(threads: threads), machine: machine,
      pool: ThreadPool(threads: threads, cpus: machine.allowedCPUs), arena: ColdArena(bytes: machine.coldBytes),
      seed: 11)
    if let failure = trial.check().failure(tolerance: family.tolerance) {
      throw CLIError.failed("\(problem.name): \(row.name) is wrong: \(failure)")
    }
    let session = CounterSession(counters: groups.flatMap(\.counters))
    let timed = TimedTrial(trial)
    let taken = (0..<passes).map { _ in session.pass(timed, calls: calls, cost: family.cost(of: problem)) }
    return CounterRecording(
      header: CounterRecording.Header(
        machine: machine.identity, context: .current(machine),
        workload: "\(problem.name), \(row.name), \(Configuration(threads: threads))",
        availability: session.availability), passes: taken)
  }
}
