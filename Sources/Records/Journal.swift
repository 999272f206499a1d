package import Foundation

/// One line of the tuner's journal.
package enum JournalEntry: Hashable, Sendable {
  /// A tuning began.
  case session(JournalSession)
  case roofs(RoofSet)
  case counters([CounterAvailability])
  case choices(MachineChoices)
  case candidate(CandidateResult)
  /// The best of a problem measured once more, in turns; these results replace the ones before.
  case playOff([CandidateResult])
  /// The session ran to its end and its plan was written.
  case finished
}

/// What a session set out to do; an unfinished one is resumed by the same command.
package struct JournalSession: Codable, Hashable, Sendable {
  package var machine: MachineIdentity
  package var context: MeasurementContext
  package var rigor: Rigor
  package var shapes: [String]
  package var format: WeightFormat
  package var threads: [Int]

  package init(
    machine: MachineIdentity, context: MeasurementContext, rigor: Rigor, shapes: [String], format: WeightFormat,
    threads: [Int]
  ) {
    self.machine = machine
    self.context = context
    self.rigor = rigor
    self.shapes = shapes
    self.format = format
    self.threads = threads
  }

  /// Whether `other` would measure the same things in the same way.
  package func resumes(_ other: JournalSession) -> Bool {
    machine == other.machine && rigor == other.rigor && shapes == other.shapes && format == other.format
      && threads == other.threads
  }
}

extension JournalEntry: Codable {
  private enum Kind: String, CodingKey { case session, roofs, counters, choices, candidate, playOff, finished }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Kind.self)
    guard let kind = values.allKeys.first else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "no session, roofs, counters, choices, candidate, playOff or finished"))
    }
    switch kind {
    case .session: self = .session(try values.decode(JournalSession.self, forKey: kind))
    case .roofs: self = .roofs(try values.decode(RoofSet.self, forKey: kind))
    case .counters: self = .counters(try values.decode([CounterAvailability].self, forKey: kind))
    case .choices: self = .choices(try values.decode(MachineChoices.self, forKey: kind))
    case .candidate: self = .candidate(try values.decode(CandidateResult.self, forKey: kind))
    case .playOff: self = .playOff(try values.decode([CandidateResult].self, forKey: kind))
    case .finished: self = .finished
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Kind.self)
    switch self {
    case .session(let session): try values.encode(session, forKey: .session)
    case .roofs(let roofs): try values.encode(roofs, forKey: .roofs)
    case .counters(let counters): try values.encode(counters, forKey: .counters)
    case .choices(let choices): try values.encode(choices, forKey: .choices)
    case .candidate(let result): try values.encode(result, forKey: .candidate)
    case .playOff(let results): try values.encode(results, forKey: .playOff)
    case .finished: try values.encode(true, forKey: .finished)
    }
  }
}

/// The tuner's raw record, JSON lines, appended and synced entry by entry so that a killed tuning loses at most the
/// measurement in flight.
package struct Journal: Sendable {
  package let path: String

  package init(path: String) {
    self.path = path
  }

  /// The readable entries, and how many lines were not readable (a line cut by a kill is one).
  package func read() throws(RecordError) -> (entries: [JournalEntry], unreadable: Int) {
    try RecordFile.lines(JournalEntry.self, of: path)
  }

  /// The readable entries among the lines of `bytes`, and how many lines were not readable.
  package static func entries(_ bytes: Data) -> (entries: [JournalEntry], unreadable: Int) {
    RecordFile.lines(JournalEntry.self, in: bytes)
  }

  /// Appends one entry and waits until it is on disk. After a cut line it starts a new one.
  package func append(_ entry: JournalEntry) throws(RecordError) {
    try RecordFile.append(RecordFile.encode(entry, compact: true), to: path)
  }
}

extension JournalEntry {
  /// The candidates that the entry tells of.
  fileprivate var results: [CandidateResult] {
    switch self {
    case .candidate(let result): [result]
    case .playOff(let results): results
    case .session, .roofs, .counters, .choices, .finished: []
    }
  }
}

extension [JournalEntry] {
  /// The last result of every candidate, in the order the candidates first appeared.
  package var latestCandidates: [CandidateResult] {
    var order: [CandidateKey] = []
    var latest: [CandidateKey: CandidateResult] = [:]
    for result in flatMap(\.results) where latest.updateValue(result, forKey: result.key) == nil {
      order.append(result.key)
    }
    return order.compactMap { latest[$0] }
  }
}
