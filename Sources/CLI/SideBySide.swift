internal import Kernels
internal import Measure
internal import Records
internal import Tuner

/// Checks variants against their reference, then times those that pass in turns, so that a drift of the machine meets all alike.
struct SideBySide {
  let family: any KernelFamily
  let machine: Machine
  let pool: ThreadPool
  let threads: Int
  /// Memory for cold copies of the weights; 0 for warm ones.
  let coldBytes: Int
  /// Nanoseconds of sampling for each variant.
  let budget: Double
  let roofs: RoofModel

  /// The nanoseconds of a call that takes more than a variant's whole budget, or nil: taking turns with it would take minutes.
  private func callBeyondBudget(_ trial: any Trial) -> Double? {
    let start = MonotonicClock.now()
    trial.run(copy: trial.copies - 1)
    let taken = Double(MonotonicClock.now() - start)
    return taken > budget ? taken : nil
  }

  /// One result for each row, in order.
  func measure(_ rows: [(row: VariantRow, problem: Problem)]) -> [CandidateResult] {
    var results: [CandidateResult] = []
    var timed: [(index: Int, trial: TimedTrial)] = []
    // Variants that read the same bytes share their copies; each layout has copies of its own.
    var arenas: [String: ColdArena] = [:]
    for (row, problem) in rows {
      let configuration = Configuration(threads: threads)
      var result = CandidateResult(
        problem: problem, variant: row.name, revision: row.revision, layout: row.layout, configuration: configuration,
        status: .correct, cost: family.cost(of: problem))
      let memory = "\(row.layout?.rawValue ?? "") \(row.element?.rawValue ?? "")"
      let arena = arenas[memory] ?? ColdArena(bytes: coldBytes)
      arenas[memory] = arena
      do throws(TrialError) {
        let trial = try family.trial(
          ofVariantNamed: row.name, on: problem, configuration: configuration, machine: machine, pool: pool,
          arena: arena, seed: 11)
        let check = trial.check()
        result.error = check.error.isFinite ? check.error : nil
        if let failure = check.failure(tolerance: family.tolerance) {
          (result.status, result.reason) = (.wrong, failure)
        } else if let only = callBeyondBudget(trial) {
          (result.timing, result.samples) = (Timing(samples: [only]), [only])
          roofs.judge(&result)
        } else {
          timed.append((results.count, TimedTrial(trial, startingAt: trial.copies * timed.count / max(1, rows.count))))
        }
      } catch {
        if case .constraint = error { result.status = .constraint } else { result.status = .unsupported }
        result.reason = error.description
      }
      results.append(result)
    }
    guard !timed.isEmpty else { return results }
    let plan = SamplingPlan(budget: budget, minimum: 9, maximum: 999)
    let samples = Sampler.interleaved(timed.map { $0.trial as any Timeable }, plan: plan).samples
    for (entry, taken) in zip(timed, samples) {
      results[entry.index].timing = taken.timing
      results[entry.index].samples = taken.nanoseconds
      roofs.judge(&results[entry.index])
    }
    return results
  }
}
