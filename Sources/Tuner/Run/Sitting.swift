internal import Kernels
internal import Measure
internal import Records

/// The measuring part of a tuning: what the strategy asks for until it has enough, time is over, or the user interrupts; then the best of
/// each problem once more in turns.
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
  private var done = 0
  /// Operands differ from tuning to tuning, and are the same for all candidates of one.
  let seed = UInt64.random(in: .min ... .max)

  /// A candidate that takes this many times as long as the best is not measured further.
  private static let hopeless = 4.0
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

  /// Measures what the strategy asks for and the journal does not hold. The rule's choices are measured even past the time limit.
  mutating func measure(_ space: TuningSpace) throws(TuningError) {
    for result in space.barred where journal.candidates[result.key] == nil {
      try recorded(try journal.add(result))
    }
    let points = SearchSpace(space.candidates.map { SearchPoint($0, roofs: roofs) })
    var search = Search(options.strategy, space: points, seed: options.strategySeed)
    while let order = search.next() {
      let candidate = space.candidates[order.point]
      if let known = journal.answer(to: candidate.key, budget: order.share * options.sampleBudget) {
        search.add(Observation(known, share: order.share), of: order.point)
      } else if stops() {
        unreached += search.left + 1
        return
      } else if pace.isOver(before: Self.screening) {
        unreached += search.left + 1
        break
      } else {
        try measure(order, candidate, of: space, &search)
      }
    }
    try measureRules(of: space, &search)
  }

  /// The rule's choice for every problem that has nothing measured.
  private mutating func measureRules(of space: TuningSpace, _ search: inout Search) throws(TuningError) {
    for (point, candidate) in space.candidates.enumerated()
    where candidate.essential && search.evidence.best(against: point) == nil
      && search.evidence.observations[point] == nil && !stops()
    {
      if let known = journal.answer(to: candidate.key, budget: 0) {
        search.add(Observation(known, share: 0), of: point)
      } else {
        try measure(SearchOrder(point: point, share: effort.leastShare), candidate, of: space, &search)
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

  private mutating func measure(
    _ order: SearchOrder, _ candidate: Candidate, of space: TuningSpace, _ search: inout Search
  ) throws(TuningError) {
    progress(
      TuningProgress(
        done: done, total: done + search.left + 1, text: text(candidate, order.point, space, search.evidence),
        secondsLeft: pace.secondsLeft(for: search.left + 1)))
    let budget = order.share * options.sampleBudget
    let start = MonotonicClock.now()
    let timeout = timeout(of: candidate)
    let measurement = try worker.measure(
      CandidateRequest(
        problem: candidate.problem, variant: candidate.row.name, configuration: candidate.configuration,
        budget: budget, minimumSamples: min(order.minimumSamples ?? effort.minimumSamples, effort.minimumSamples),
        maximumSamples: effort.maximumSamples,
        giveUpBeyond: search.evidence.best(against: order.point).map { $0 * Self.hopeless },
        coldBytes: options.coldBytes, seed: seed, counterBudget: order.share * effort.counterBudget),
      timeout: timeout)
    let elapsed = Double(MonotonicClock.now() - start)
    pace.note(nanoseconds: elapsed)
    done += 1
    if measurement.status == .timeout, timeout < options.candidateTimeout {
      // The time limit cut it short, which says nothing of the candidate.
      unreached += 1
      search.add(Observation(median: nil, share: order.share), of: order.point)
      return
    }
    var result = result(of: candidate, measurement)
    result.expense = Expense(
      budget: budget, elapsed: elapsed, batch: measurement.batch, repeated: measurement.repeated)
    try recorded(try journal.add(result))
    search.add(Observation(result, share: order.share), of: order.point)
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
  private func text(_ candidate: Candidate, _ point: Int, _ space: TuningSpace, _ evidence: Evidence) -> String {
    let problem = candidate.problem.name
    guard let (leader, median) = evidence.leader(against: point) else { return "\(problem): \(candidate.row.name)" }
    let time = median < 1e5 ? "\((median / 100).rounded() / 10) us" : "\((median / 1e4).rounded() / 100) ms"
    return "\(problem): best \(space.candidates[leader].row.name) \(time)"
  }
}

extension Observation {
  /// What `result` says; nothing where it was not correct.
  init(_ result: CandidateResult, share: Double) {
    self.init(median: result.status == .correct ? result.timing?.medianNanoseconds : nil, share: share)
  }
}

extension SearchPoint {
  init(_ candidate: Candidate, roofs: RoofModel?) {
    self.init(
      key: candidate.key, layout: candidate.row.layout, tier: candidate.tier, cost: candidate.cost, roofs: roofs)
  }
}
