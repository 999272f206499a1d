package import Records

/// What a tuning gave.
package struct TuningOutcome: Sendable {
  /// The plan as it now is on disk, rows of earlier tunings included; nil where nothing could be measured.
  package var plan: Plan?
  /// Every candidate of this session, those of the sittings it resumed included.
  package var results: [CandidateResult]
  package var roofs: RoofSet
  package var counters: [CounterAvailability]
  package var planPath: String
  package var journalPath: String
  /// Candidates that were not measured before the time limit or the interrupt; the same command goes on with them.
  package var unreached: Int
  /// Candidates taken over from a session that did not end.
  package var resumed: Int
  package var cancelled: Bool
  /// What the user should know, a line each.
  package var notes: [String]
}

/// How far a tuning is.
package struct TuningProgress: Sendable {
  package var done: Int
  package var total: Int
  /// What is measured, or what leads the problem at hand.
  package var text: String
  /// Seconds left by estimate; nil while there is none.
  package var secondsLeft: Double?
}

/// Why there was no tuning: one line.
package enum TuningError: Error, CustomStringConvertible {
  case record(RecordError)
  case worker(executable: String, reason: String)
  case nothingToTune
  /// Another tuning held the journal until the user interrupted.
  case cancelledWaiting

  package var description: String {
    switch self {
    case .record(let error): error.description
    case .worker(let executable, let reason): "\(executable): the worker process \(reason)"
    case .nothingToTune: "nothing to tune: no candidate serves the problems of these shapes at these threads"
    case .cancelledWaiting: "interrupted while another tuning was running"
    }
  }
}
