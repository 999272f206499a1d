internal import Records

/// The journal of a tuning together with what an unfinished session left in it.
struct TuningJournal {
  private let journal: Journal
  /// What the unfinished session measured, where `session` resumes it.
  private(set) var roofs: RoofSet?
  private(set) var counters: [CounterAvailability] = []
  private(set) var choices: MachineChoices?
  private(set) var candidates: [CandidateKey: CandidateResult] = [:]
  /// The candidates that a play-off measured.
  private(set) var finalists: Set<CandidateKey> = []
  /// Lines that no reader understands.
  let unreadable: Int
  private var resumes = false

  /// Reads the journal at `path`: its last session counts, where it did not finish and is the same as `session`.
  init(path: String, session: JournalSession) throws(RecordError) {
    journal = Journal(path: path)
    let (entries, unreadable) = try journal.read()
    self.unreadable = unreadable
    var last: JournalSession?
    for entry in entries {
      switch entry {
      case .session(let begun):
        last = begun
        forget()
      case .roofs(let set): roofs = set
      case .counters(let list): counters = list
      case .choices(let made): choices = made
      case .candidate(let result): candidates[result.key] = result
      case .playOff(let results): take(results)
      case .finished: last = nil
      }
    }
    resumes = last.map { session.resumes($0) } ?? false
    if !resumes { forget() }
  }

  /// What was measured of a candidate with at least `budget` nanoseconds of sampling, or found out for good, or nil.
  func answer(to key: CandidateKey, budget: Double) -> CandidateResult? {
    guard let known = candidates[key] else { return nil }
    guard known.status == .correct, !finalists.contains(key), let expense = known.expense else { return known }
    return expense.budget >= 0.99 * budget ? known : nil
  }

  private mutating func forget() {
    (roofs, counters, choices, candidates, finalists) = (nil, [], nil, [:], [])
  }

  private mutating func take(_ results: [CandidateResult]) {
    for result in results {
      candidates[result.key] = result
      finalists.insert(result.key)
    }
  }

  /// Opens the session, unless it goes on with one.
  func begin(_ session: JournalSession) throws(RecordError) {
    if !resumes { try journal.append(.session(session)) }
  }

  mutating func add(_ set: RoofSet) throws(RecordError) {
    try journal.append(.roofs(set))
    roofs = set
  }

  mutating func add(_ list: [CounterAvailability]) throws(RecordError) {
    guard list != counters else { return }
    try journal.append(.counters(list))
    counters = list
  }

  mutating func add(_ made: MachineChoices) throws(RecordError) {
    try journal.append(.choices(made))
    choices = made
  }

  mutating func add(_ result: CandidateResult) throws(RecordError) {
    try journal.append(.candidate(result))
    candidates[result.key] = result
  }

  mutating func add(playOff results: [CandidateResult]) throws(RecordError) {
    try journal.append(.playOff(results))
    take(results)
  }

  func finish() throws(RecordError) {
    try journal.append(.finished)
  }
}
