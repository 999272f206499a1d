/// A finished row with what tells it from a row of other settings, and the losses of its windows, which paired comparisons need.
package struct EvaluationEntry: Codable, Hashable, Sendable {
  /// Everything that the numbers depend on beside the case: model, text, windows, kernels' formats, threads.
  package var settings: String
  package var row: EvaluationRow
  /// Mean negative log likelihood of each window.
  package var losses: [Double]

  package init(settings: String, row: EvaluationRow, losses: [Double]) {
    self.settings = settings
    self.row = row
    self.losses = losses
  }
}

/// The finished rows of an evaluation, JSON lines, appended and synced row by row: a killed evaluation goes on with the row that it
/// was at.
package struct EvaluationJournal: Sendable {
  package let path: String

  package init(path: String) {
    self.path = path
  }

  /// The readable entries, and how many lines were not readable.
  package func read() throws(RecordError) -> (entries: [EvaluationEntry], unreadable: Int) {
    try RecordFile.lines(EvaluationEntry.self, of: path)
  }

  /// Appends one entry and waits until it is on disk.
  package func append(_ entry: EvaluationEntry) throws(RecordError) {
    try RecordFile.append(RecordFile.encode(entry, compact: true), to: path)
  }
}
