internal import Kernels
internal import Measure
package import Records
internal import Tuner

/// Checks variants against their reference, then times those that pass in turns with the roofs that bound them, so that a drift of
/// the machine meets all alike.
struct SideBySide {
  /// A variant on a problem, shared by the threads in one way.
  struct Entry {
    let family: any KernelFamily
    let row: VariantRow
    let problem: Problem
    let configuration: Configuration
  }

  let machine: Machine
  let pool: ThreadPool
  let threads: Int
  /// Memory for cold copies of the weights; 0 for warm ones.
  let coldBytes: Int
  /// Nanoseconds of sampling for each variant and each roof.
  let budget: Double
  let bench: RoofBench
  /// A variant takes no turns where one call takes this many times that of the fastest of its problem or, without a number, more than the
  /// whole budget.
  var patience: Double?

  func measure(_ entries: [Entry]) -> SideBySideOutcome {
    var results = entries.map(untimed)
    var ready: [Ready] = []
    // Variants that read the same bytes share their copies; each matrix and layout has copies of its own.
    var arenas: [String: ColdArena] = [:]
    for (index, entry) in entries.enumerated() {
      let arena = arenas[entry.memory] ?? ColdArena(bytes: coldBytes)
      arenas[entry.memory] = arena
      if let trial = checked(entry, arena: arena, &results[index]) {
        ready.append(Ready(index: index, trial: trial, call: oneCall(trial)))
      }
    }
    let fastest = Dictionary(ready.map { (entries[$0.index].problem, $0.call) }, uniquingKeysWith: min)
    var timed: [Ready] = []
    for entry in ready {
      // Taking turns with one beyond the limit would take minutes, or tell nothing.
      if entry.call > patience.map({ $0 * (fastest[entries[entry.index].problem] ?? 0) }) ?? budget {
        results[entry.index].samples = [entry.call]
        results[entry.index].timing = Timing(samples: [entry.call])
      } else {
        timed.append(entry)
      }
    }
    let before = roundTrip()
    let roofs = sample(timed, with: roofs(of: ready.map { entries[$0.index].problem }), &results)
    let set = RoofSet(roofs: roofs, roundTripNanoseconds: before)
    let model = RoofModel(set)
    for index in results.indices { model.judge(&results[index]) }
    return SideBySideOutcome(results: results, roofs: set, roundTripAfter: roundTrip())
  }

  /// A trial that passed its check, with the place of its entry and the nanoseconds of one call.
  private struct Ready {
    let index: Int
    let trial: any Trial
    let call: Double
  }

  private func untimed(_ entry: Entry) -> CandidateResult {
    CandidateResult(
      problem: entry.problem, variant: entry.row.name, revision: entry.row.revision, layout: entry.row.layout,
      configuration: entry.configuration, status: .correct, cost: entry.family.cost(of: entry.problem))
  }

  /// The trial of an entry that passes its check; what there is to say of one that does not stands in `result`.
  private func checked(_ entry: Entry, arena: ColdArena, _ result: inout CandidateResult) -> (any Trial)? {
    do throws(TrialError) {
      let trial = try entry.family.trial(
        ofVariantNamed: entry.row.name, on: entry.problem, configuration: result.configuration, machine: machine,
        pool: pool, arena: arena, seed: 11)
      let check = trial.check()
      result.error = check.error.isFinite ? check.error : nil
      guard let failure = check.failure(tolerance: entry.family.tolerance(of: entry.row)) else { return trial }
      (result.status, result.reason) = (.wrong, failure)
    } catch {
      if case .constraint = error { result.status = .constraint } else { result.status = .unsupported }
      result.reason = error.description
    }
    return nil
  }

  /// The shortest of a few calls, of long ones the first.
  private func oneCall(_ trial: any Trial) -> Double {
    var shortest = Double.infinity
    for copy in 0..<3 where shortest == .infinity || shortest < 10e6 {
      let start = MonotonicClock.now()
      trial.run(copy: trial.copies - 1 - copy % trial.copies)
      shortest = min(shortest, Double(MonotonicClock.now() - start))
    }
    return shortest
  }

  /// The work of each roof that may bound one of `problems`, or why there is none.
  private func roofs(of problems: [Problem]) -> [(kind: Roof.Kind, load: Result<PooledRoof, RoofAbsence>)] {
    var loads: [(kind: Roof.Kind, load: Result<PooledRoof, RoofAbsence>)] = []
    func add(_ kind: Roof.Kind) -> Bool {
      if let known = loads.first(where: { $0.kind == kind }) { return (try? known.load.get()) != nil }
      let load = Result { () throws(RoofAbsence) in PooledRoof(try bench.load(kind, threads: threads), on: pool) }
      loads.append((kind, load))
      return (try? load.get()) != nil
    }
    for problem in problems {
      if let kind = RoofModel.bandwidth(of: problem) { _ = add(kind) }
      _ = RoofModel.arithmetic(of: problem).first(where: add)
    }
    return loads
  }

  /// Times the trials and the roofs in turns.
  private func sample(
    _ timed: [Ready], with loads: [(kind: Roof.Kind, load: Result<PooledRoof, RoofAbsence>)],
    _ results: inout [CandidateResult]
  ) -> [Roof] {
    let roofs = loads.compactMap { try? $0.load.get() }
    let trials = timed.enumerated().map { place, entry in
      TimedTrial(entry.trial, startingAt: entry.trial.copies * place / timed.count)
    }
    // Of long calls nearly every one is disturbed on a busy machine: taking them again then takes minutes.
    let plan = SamplingPlan(budget: budget, minimum: 9, maximum: 999, repeats: 9)
    let samples = Sampler.interleaved(roofs + trials as [any Timeable], plan: plan).samples
    for (entry, taken) in zip(timed, samples.dropFirst(roofs.count)) {
      results[entry.index].timing = taken.timing
      results[entry.index].samples = taken.nanoseconds
    }
    var times = samples.prefix(roofs.count).makeIterator()
    return loads.map { kind, load in
      switch load {
      case .failure(let absence): return Roof(kind: kind, threads: threads, value: nil, reason: absence.reason)
      case .success(let roof):
        let taken = times.next()
        guard roof.holds, let taken else {
          return Roof(kind: kind, threads: threads, value: nil, reason: "the loop's checksum is wrong")
        }
        return roof.load.roof(taken.nanoseconds)
      }
    }
  }

  private func roundTrip() -> Double? {
    threads > 1 ? CorePlacement.roundTripNanoseconds(between: machine.allowedCPUs) : nil
  }
}

/// Variants and the roofs that were timed in turns with them.
package struct SideBySideOutcome: Sendable {
  /// One result for each entry, in order.
  package var results: [CandidateResult]
  /// What the roofs of the entries' problems were meanwhile, and the core-to-core round trip before.
  package var roofs: RoofSet
  /// The core-to-core round trip after, nanoseconds; nil with one thread.
  package var roundTripAfter: Double?

  package init(results: [CandidateResult], roofs: RoofSet, roundTripAfter: Double? = nil) {
    self.results = results
    self.roofs = roofs
    self.roundTripAfter = roundTripAfter
  }

  /// Why the figures do not belong together, or nil: a variant beyond its roof, or threads whose cores were moved.
  package var unsteady: String? {
    guard CorePlacement.same(roofs.roundTripNanoseconds, roundTripAfter) else {
      return "the core-to-core round trip changed"
    }
    let beyond = results.contains { $0.timing?.samples ?? 0 > 1 && $0.share ?? 0 > Self.mostShare }
    return beyond ? "the roof was measured in a slower moment" : nil
  }

  /// What a disturbed median may be beyond its roof.
  private static let mostShare = 1.05

  /// The fastest correct variant of `problem`, or nil where there is none; one that was called once wins over nobody who took turns.
  package func fastest(_ problem: Problem) -> CandidateResult? {
    func rank(_ timing: Timing?) -> (Int, Double) {
      (timing.map { $0.samples > 1 } == true ? 0 : 1, timing?.medianNanoseconds ?? .infinity)
    }
    return results.filter { $0.problem == problem && $0.status == .correct && $0.timing != nil }
      .min { rank($0.timing) < rank($1.timing) }
  }
}

extension SideBySide.Entry {
  /// Names the bytes that the variant reads: the matrix and how it lies in memory.
  fileprivate var memory: String {
    var matrix = problem
    (matrix.tokens, matrix.activation) = (0, nil)
    return "\(matrix.name) \(row.layout?.rawValue ?? "") \(row.element?.rawValue ?? "")"
  }
}
