package import Kernels
package import Measure
internal import Records

/// Checks and times candidates in this process, one after the other, on one pool and one cold arena.
///
/// Used on the thread that made it: the pool binds it to a processor, and the counters count it.
package final class CandidateBench {
  package let counters = CounterSession()
  private let catalogue: Catalogue
  private let machine: Machine
  private let pool: ThreadPool
  private let pages: Pages
  private var arena: ColdArena
  private var arenaBytes = 0
  /// Candidates of one matrix share its cold copies: each starts where the last one stopped, not in its warm tracks.
  private var nextCopy = 0
  /// Tail problems have memory of their own, so that the copies of the weights stay.
  private let tailArena = ColdArena(bytes: 0)
  private var tails: UInt64 = 0

  /// From this length on, a hopeless candidate's first call is its only sample.
  private static let longCall = 50e6

  /// Sampling budget from which on the milliseconds of a placement probe around each round are spent.
  private static let worthAPlacement = 10e6

  package init(catalogue: Catalogue, machine: Machine, setup: WorkerSetup) {
    self.catalogue = catalogue
    self.machine = machine
    pages = setup.pages
    arena = ColdArena(bytes: 0, pages: setup.pages)
    pool = ThreadPool(threads: setup.threads, cpus: setup.cpus)
  }

  /// Compares the candidate with its reference, on its own problem and on a small one with tails, and only then times it.
  package func measure(_ request: CandidateRequest) -> CandidateMeasurement {
    var (measurement, trial) = check(request)
    if let trial, !request.checkOnly {
      let timed = TimedTrial(trial, startingAt: nextCopy)
      time(timed, request, &measurement)
      nextCopy = timed.next
    }
    return measurement
  }

  /// Times the candidates of one problem and layout in turns, those that match their reference.
  package func playOff(_ requests: [CandidateRequest]) -> [CandidateMeasurement] {
    var measurements: [CandidateMeasurement] = []
    var trials: [(index: Int, trial: TimedTrial)] = []
    for (index, request) in requests.enumerated() {
      let (measurement, trial) = check(request)
      measurements.append(measurement)
      if let trial {
        trials.append((index, TimedTrial(trial, startingAt: trial.copies * index / requests.count)))
      }
    }
    guard let first = requests.first, !trials.isEmpty else { return measurements }
    let slice = first.budget / Double(first.rounds)
    let taken = Sampler.interleaved(
      trials.map(\.trial),
      plan: SamplingPlan(
        budget: first.budget, minimum: 1, maximum: max(first.maximumSamples, first.rounds),
        shortestSample: max(2000, slice / 8), repeats: first.rounds), rounds: first.rounds, placement: placement(first))
    for (place, entry) in trials.enumerated() {
      measurements[entry.index].samples = taken.samples[place].nanoseconds
      measurements[entry.index].batch = taken.samples[place].batch
      measurements[entry.index].repeated = taken.samples[place].repeated
      measurements[entry.index].rounds = taken.roundMedians[place]
    }
    return measurements
  }

  /// What tells that a hypervisor moved a core during a round: the round trip between the cores, where several take part.
  private func placement(_ request: CandidateRequest) -> () -> Double? {
    guard pool.workers > 1, request.budget >= Self.worthAPlacement else { return { nil } }
    return { [machine] in CorePlacement.roundTripNanoseconds(between: machine.allowedCPUs) }
  }

  /// The trial of a candidate that passes, and what there is to say of one that does not.
  private func check(_ request: CandidateRequest) -> (CandidateMeasurement, (any Trial)?) {
    guard let family = catalogue[request.problem.family] else {
      return (CandidateMeasurement(status: .unsupported, reason: "no such family in the catalogue"), nil)
    }
    if arenaBytes != request.coldBytes {
      arena = ColdArena(bytes: request.coldBytes, pages: pages)
      arenaBytes = request.coldBytes
    }
    do throws(TrialError) {
      let trial = try trial(family, request, on: request.problem, arena: arena, seed: request.seed)
      let check = trial.check()
      let error = check.error.isFinite ? check.error : nil
      var failure = check.failure(tolerance: tolerance(family, request))
      if failure == nil { failure = try tailFailure(family, request) }
      if let failure {
        return (CandidateMeasurement(status: .wrong, reason: failure, error: error), nil)
      }
      return (CandidateMeasurement(status: .correct, error: error), trial)
    } catch {
      switch error {
      case .constraint(let reason): return (CandidateMeasurement(status: .constraint, reason: reason), nil)
      case .unsupported(let reason): return (CandidateMeasurement(status: .unsupported, reason: reason), nil)
      case .unknownVariant: return (CandidateMeasurement(status: .unsupported, reason: error.description), nil)
      }
    }
  }

  private func trial(
    _ family: any KernelFamily, _ request: CandidateRequest, on problem: Problem, arena: ColdArena, seed: UInt64
  ) throws(TrialError) -> any Trial {
    try family.trial(
      ofVariantNamed: request.variant, on: problem, configuration: request.configuration, machine: machine, pool: pool,
      arena: arena, seed: seed)
  }

  private func tolerance(_ family: any KernelFamily, _ request: CandidateRequest) -> Double {
    row(family, request).map { family.tolerance(of: $0) } ?? family.tolerance
  }

  /// The row that serves the request's problem, among those of its variant's name.
  private func row(_ family: any KernelFamily, _ request: CandidateRequest) -> VariantRow? {
    family.rows.first { $0.name == request.variant && $0.constraint(against: request.problem) == nil }
  }

  /// Why the variant fails on a small problem whose sizes are multiples of nothing, or nil.
  private func tailFailure(_ family: any KernelFamily, _ request: CandidateRequest) throws(TrialError) -> String? {
    tails &+= 1
    let row = row(family, request)
    let problem = request.problem.tail(leastTokens: row?.leastTokens ?? 1)
    let seed = request.seed &+ tails
    let trial = try trial(family, request, on: problem, arena: tailArena, seed: seed)
    return trial.check().failure(tolerance: tolerance(family, request)).map { "\(problem.name), seed \(seed): \($0)" }
  }

  private func time(
    _ workload: TimedTrial, _ request: CandidateRequest, _ measurement: inout CandidateMeasurement
  ) {
    let start = MonotonicClock.now()
    workload.run(copy: workload.copies - 1)
    let first = Double(MonotonicClock.now() - start)
    let hopeless = request.giveUpBeyond.map { first > $0 } ?? false
    if hopeless, first > Self.longCall {
      measurement.samples = [first]
      return
    }
    let plan = SamplingPlan(
      budget: request.budget, minimum: hopeless ? min(3, request.minimumSamples) : request.minimumSamples,
      maximum: request.maximumSamples, giveUpBeyond: request.giveUpBeyond,
      // Samples that share the whole budget see more of the machine's moods than short ones at its start.
      shortestSample: max(2000, request.budget / Double(request.maximumSamples)),
      // Of long calls on all processors nearly every one is disturbed: taking them again then takes seconds.
      repeats: request.minimumSamples)
    let taken = Sampler.sample(workload, plan: plan)
    (measurement.samples, measurement.batch, measurement.repeated) = (taken.nanoseconds, taken.batch, taken.repeated)
    guard request.counterBudget > 0, first < Self.longCall, let family = catalogue[request.problem.family] else {
      return
    }
    let calls = Int((request.counterBudget / max(first, 1)).rounded(.up))
    measurement.counters = counters.measure(
      workload, calls: min(max(calls, 1), 64), cost: family.cost(of: request.problem))
  }
}

extension Problem {
  /// A small problem of the same formats that leaves a tail in every dimension, with enough tokens for a variant that is meant for at
  /// least so many.
  fileprivate func tail(leastTokens: Int) -> Problem {
    var problem = self
    problem.tokens = min(tokens, leastTokens > 1 ? max(19, leastTokens + 3) : 19)
    if family == .attention {
      problem.k = min(k, 43)
    } else {
      problem.n = min(n, 35)
      problem.k = min(k, 172)
    }
    return problem
  }
}
