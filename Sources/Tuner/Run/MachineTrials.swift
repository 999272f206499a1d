internal import Kernels
internal import Measure
internal import Records

/// Measures what is chosen once for the machine. A process has one kernel set of OpenBLAS and one kind of pages, so every alternative is
/// timed in worker processes of its own, in turns.
struct MachineTrials {
  let executable: String
  let arguments: [String]
  let setup: WorkerSetup
  let machine: Machine
  /// Nanoseconds of sampling for one alternative in one turn.
  let budget: Double
  let coldBytes: Int
  let timeout: Double

  private static let turns = 3
  /// The rule's choice stays unless another one is faster by more than this, in every turn.
  private static let worthwhile = 0.02

  /// What the candidates of `space` allow to measure, with a line for the user for each alternative that failed.
  func choices(_ space: TuningSpace) throws(TuningError) -> (MachineChoices, notes: [String]) {
    var choices = MachineChoices()
    var notes: [String] = []
    if let subject = dense(space), let ruled = try? OpenBLAS.loaded.get().coreName {
      choices.openBLAS = try choice(
        subject, among: OpenBLAS.alternatives(to: ruled, isa: machine.hardwareISA), &notes
      ) { $0.openBLASCore = $1 }
    }
    if let subject = streaming(space) {
      choices.pages = try choice(subject, among: Pages.allCases.map(\.rawValue), &notes) {
        $0.pages = Pages(rawValue: $1) ?? .huge
      }
    }
    return (choices, notes)
  }

  /// The smallest dense product of many tokens: a kernel set that wins there wins on larger ones.
  private func dense(_ space: TuningSpace) -> Candidate? {
    space.candidates.filter {
      $0.row.needsOpenBLAS && $0.problem.family == .matmul && $0.problem.tokens > 1 && $0.configuration.threads == 1
        && $0.configuration.isPlain
    }.min { $0.cost.operations < $1.cost.operations }
  }

  /// One token times the largest matrix, by the rule's choice: pages matter where memory does.
  private func streaming(_ space: TuningSpace) -> Candidate? {
    space.candidates.filter { $0.essential && $0.problem.family == .qmatmul && $0.problem.tokens == 1 }
      .max { ($0.cost.bytes, $0.configuration.threads) < ($1.cost.bytes, $1.configuration.threads) }
  }

  private func choice(
    _ subject: Candidate, among names: [String], _ notes: inout [String],
    _ edit: (inout WorkerSetup, String) -> Void
  ) throws(TuningError) -> MachineChoice? {
    guard names.count > 1 else { return nil }
    var times: [String: [Double]] = [:]
    var failed: Set<String> = []
    for _ in 0..<Self.turns {
      for name in names where !failed.contains(name) {
        var setup = setup
        edit(&setup, name)
        let measurement = try measure(subject, setup)
        if measurement.status == .correct, !measurement.samples.isEmpty {
          times[name, default: []].append(Statistics.median(measurement.samples))
        } else {
          failed.insert(name)
          notes.append("\(name): \(measurement.reason ?? measurement.status.rawValue); it is no choice here")
        }
      }
    }
    let medians = times.filter { !failed.contains($0.key) }.mapValues { Statistics.median($0) }
    guard let ruled = times[names[0]], medians[names[0]] != nil,
      let fastest = medians.min(by: { $0.value < $1.value })?.key, let turns = times[fastest]
    else { return nil }
    let wins = zip(turns, ruled).allSatisfy { $0 < $1 * (1 - Self.worthwhile) }
    let chosen = wins ? fastest : names[0]
    return MachineChoice(
      chosen: chosen, workload: "\(subject.key.name), \(subject.configuration)", nanoseconds: medians)
  }

  private func measure(_ subject: Candidate, _ setup: WorkerSetup) throws(TuningError) -> CandidateMeasurement {
    let worker = WorkerClient(executable: executable, arguments: arguments, setup: setup)
    defer { worker.stop() }
    return try worker.measure(
      CandidateRequest(
        problem: subject.problem, variant: subject.row.name, configuration: subject.configuration, budget: budget,
        coldBytes: coldBytes, seed: 1), timeout: timeout)
  }
}
