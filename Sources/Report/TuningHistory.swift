package import Records

/// What the tuner did, in the order of its journal.
package struct TuningHistory: Hashable, Sendable {
  /// One session of the tuner.
  package struct Sitting: Hashable, Sendable {
    package var session: JournalSession
    /// Candidates that were timed, with repetitions.
    package var measurements = 0
    package var playOffs = 0
    package var samples = 0
    /// Disturbed samples that were discarded and taken again.
    package var repeated = 0
    /// Nanoseconds of measuring in all; 0 in records that do not tell.
    package var elapsed = 0.0
    /// The core-to-core round trip that its roofs were measured at, nanoseconds.
    package var roundTrip: Double?
    package var finished = false
  }

  /// One moment of the search: the nanoseconds of measuring so far and the share of questions whose best is within the tolerance of what
  /// was best in the end.
  package struct Moment: Hashable, Sendable {
    package var measurements: Int
    package var elapsed: Double
    package var settled: Double
  }

  /// How far behind the final best a question may be to count as settled.
  package static let tolerance = 0.02

  package private(set) var sittings: [Sitting] = []
  package private(set) var convergence: [Moment] = []

  package init(_ entries: [JournalEntry] = []) {
    for entry in entries {
      if case .session(let session) = entry {
        sittings.append(Sitting(session: session))
        continue
      }
      guard var sitting = sittings.popLast() else { continue }
      switch entry {
      case .session, .counters, .choices: break
      case .roofs(let set): sitting.roundTrip = set.roundTripNanoseconds ?? sitting.roundTrip
      case .candidate(let result): Self.add(result, to: &sitting)
      case .playOff(let results):
        sitting.playOffs += 1
        for result in results { Self.add(result, to: &sitting) }
      case .finished: sitting.finished = true
      }
      sittings.append(sitting)
    }
    convergence = Self.convergence(entries)
  }

  private static func add(_ result: CandidateResult, to sitting: inout Sitting) {
    if result.timing != nil { sitting.measurements += 1 }
    sitting.samples += result.samples.count
    sitting.repeated += result.expense?.repeated ?? 0
    sitting.elapsed += result.expense?.elapsed ?? 0
  }

  /// A question is a problem within a thread budget; its final best is the least median that the journal ends with.
  private static func convergence(_ entries: [JournalEntry]) -> [Moment] {
    struct Question: Hashable {
      let problem: Problem
      let threads: Int
    }
    var final: [CandidateKey: Double] = [:]
    for result in entries.latestCandidates where result.status == .correct {
      guard let median = result.timing?.medianNanoseconds, median.isFinite, median > 0 else { continue }
      final[result.key] = median
    }
    let budgets = Set(final.keys.map(\.configuration.threads)).sorted()
    var best: [Question: Double] = [:]
    for (key, median) in final {
      for budget in budgets where key.configuration.threads <= budget {
        let question = Question(problem: key.problem, threads: budget)
        best[question] = min(best[question] ?? .infinity, median)
      }
    }
    guard !best.isEmpty else { return [] }
    var settled: Set<Question> = []
    var moments: [Moment] = []
    var (measurements, elapsed) = (0, 0.0)
    for entry in entries {
      guard case .candidate(let result) = entry else { continue }
      measurements += 1
      elapsed += result.expense?.elapsed ?? 0
      guard let median = final[result.key] else { continue }
      let before = settled.count
      for budget in budgets where result.configuration.threads <= budget {
        let question = Question(problem: result.problem, threads: budget)
        if let least = best[question], median <= least * (1 + tolerance) { settled.insert(question) }
      }
      if settled.count > before || moments.isEmpty {
        moments.append(
          Moment(measurements: measurements, elapsed: elapsed, settled: Double(settled.count) / Double(best.count)))
      }
    }
    if let last = moments.last, last.measurements < measurements {
      moments.append(Moment(measurements: measurements, elapsed: elapsed, settled: last.settled))
    }
    return moments
  }
}
