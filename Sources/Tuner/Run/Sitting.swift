internal import Kernels
internal import Measure
internal import Records

/// The measuring part of a tuning: candidate after candidate until all are done, time is over, or the user interrupts; then the
/// best of each problem once more in turns.
struct Sitting {
  let options: TuningOptions
  let effort: Effort
  let roofs: RoofModel
  let worker: WorkerClient
  var journal: TuningJournal
  var pace: Pace
  let progress: (TuningProgress) -> Void
  let isCancelled: () -> Bool

  private(set) var unreached = 0
  var unplayed = 0
  var notes: [String] = []
  private(set) var cancelled = false
  private var standings = Standings()
  private var done = 0
  /// Operands differ from tuning to tuning, and are the same for all candidates of one.
  let seed = UInt64.random(in: .min ... .max)

  /// A candidate whose call should take longer than this waits until the short ones are done, where time is limited.
  private static let longCall = 0.2e9
  /// The share of the time after which what is left belongs to the play-offs.
  private static let screening = 0.75

  init(
    options: TuningOptions, effort: Effort, roofs: RoofModel, worker: WorkerClient, journal: TuningJournal, pace: Pace,
    progress: @escaping (TuningProgress) -> Void, isCancelled: @escaping () -> Bool
  ) {
    self.options = options
    self.effort = effort
    self.roofs = roofs
    self.worker = worker
    self.journal = journal
    self.pace = pace
    self.progress = progress
    self.isCancelled = isCancelled
  }

  /// Measures what the journal does not hold. Essential candidates are measured even past the time limit.
  mutating func measure(_ space: TuningSpace) throws(TuningError) {
    for result in space.barred where journal.candidates[result.key] == nil {
      try recorded(try journal.add(result))
    }
    for candidate in space.candidates { if let known = journal.candidates[candidate.key] { standings.add(known) } }
    let open = space.candidates.filter { journal.candidates[$0.key] == nil }
    let total = space.candidates.count
    done = total - open.count
    var deferred: [Candidate] = []
    for (place, candidate) in open.enumerated() {
      let left = open.count - place
      if stops() {
        unreached += left
        break
      }
      if pace.left != nil, !candidate.essential, standings.expected(candidate) ?? 0 > Self.longCall {
        deferred.append(candidate)
      } else if pace.isOver(before: Self.screening), !candidate.essential {
        unreached += 1
      } else {
        try measure(candidate, left: left, total: total)
      }
    }
    for candidate in deferred {
      // A check and a first call are the least that it takes.
      if stops() || 3 * (standings.expected(candidate) ?? 0) > pace.left(before: Self.screening) ?? .infinity {
        unreached += 1
      } else {
        try measure(candidate, left: deferred.count, total: total)
      }
    }
  }

  /// What is known of the space, barred variants last.
  func results(of space: TuningSpace) -> [CandidateResult] {
    space.candidates.compactMap { journal.candidates[$0.key] } + space.barred
  }

  mutating func stops() -> Bool {
    if !cancelled { cancelled = isCancelled() }
    return cancelled
  }

  private mutating func measure(_ candidate: Candidate, left: Int, total: Int) throws(TuningError) {
    progress(
      TuningProgress(done: done, total: total, text: text(candidate), secondsLeft: pace.secondsLeft(for: left)))
    let budget = pace.budget(of: left, before: Self.screening)
    let start = MonotonicClock.now()
    let timeout = timeout(of: candidate)
    let measurement = try worker.measure(
      CandidateRequest(
        problem: candidate.problem, variant: candidate.row.name, configuration: candidate.configuration,
        budget: budget, minimumSamples: effort.minimumSamples, maximumSamples: effort.maximumSamples,
        giveUpBeyond: standings.giveUpBeyond(candidate), coldBytes: options.coldBytes, seed: seed,
        counterBudget: effort.counterBudget),
      timeout: timeout)
    pace.note(budget: budget, nanoseconds: Double(MonotonicClock.now() - start))
    if measurement.status == .timeout, timeout < options.candidateTimeout {
      // The time limit cut it short, which says nothing of the candidate.
      unreached += 1
      return
    }
    let result = result(of: candidate, measurement)
    try recorded(try journal.add(result))
    standings.add(result)
    done += 1
  }

  /// Seconds for a candidate: the usual time-out, or what the time limit leaves and a little more.
  private func timeout(of candidate: Candidate) -> Double {
    guard let left = pace.left, !candidate.essential else { return options.candidateTimeout }
    return min(options.candidateTimeout, max(left / 1e9, 0) + 2)
  }

  private func result(of candidate: Candidate, _ measurement: CandidateMeasurement) -> CandidateResult {
    var result = CandidateResult(
      problem: candidate.problem, variant: candidate.row.name, revision: candidate.row.revision,
      layout: candidate.row.layout, configuration: candidate.configuration, status: measurement.status,
      reason: measurement.reason, timing: measurement.samples.isEmpty ? nil : Timing(samples: measurement.samples),
      samples: measurement.samples, cost: candidate.cost, error: measurement.error, counters: measurement.counters)
    roofs.judge(&result)
    return result
  }

  /// The problem at hand with its leader, or the first candidate tried.
  private func text(_ candidate: Candidate) -> String {
    let problem = candidate.problem.name
    guard let leader = standings.leader(candidate), let median = leader.timing?.medianNanoseconds else {
      return "\(problem): \(candidate.row.name)"
    }
    let time = median < 1e5 ? "\((median / 100).rounded() / 10) us" : "\((median / 1e4).rounded() / 100) ms"
    return "\(problem): best \(leader.variant) \(time)"
  }
}
