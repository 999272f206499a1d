internal import Foundation
internal import Records

/// The rows of an evaluation as Markdown, a table for each text.
enum EvaluationTable {
  static func markdown(_ entries: [EvaluationEntry]) -> String {
    var texts: [String] = []
    for entry in entries where !texts.contains(entry.row.subject.text) { texts.append(entry.row.subject.text) }
    return texts.map { text in
      let rows = entries.filter { $0.row.subject.text == text }
      return "### \(text)\n\n\(table(rows).markdown)\n"
    }.joined(separator: "\n")
  }

  /// The columns of numbers stand right.
  private static func table(_ entries: [EvaluationEntry]) -> TextTable {
    var table = TextTable(
      [
        "method", "bits", "g", "side", "r", "alpha", "search", "besides", "calibrated on", "effective bits",
        "perplexity", "above full", "causal", "window, same tokens", "KL mean", "KL 99 %", "top 1",
      ], left: [0, 3, 7, 8])
    let full = entries.first { $0.row.subject.method == "full" }
    for entry in entries {
      let (row, subject) = (entry.row, entry.row.subject)
      table.add([
        subject.method, subject.budget.map { "of \($0)" } ?? text(subject.bits), text(subject.group),
        text(subject.side), text(subject.rank),
        text(subject.alpha), text(subject.search), subject.additions.joined(separator: ", "),
        subject.calibration.map { URL(fileURLWithPath: $0).lastPathComponent } ?? "",
        Quantity.decimal(row.effectiveBits, digits: 2),
        withError(row.perplexity, row.perplexityError), aboveFull(entry, full),
        Quantity.decimal(row.causalPerplexity, digits: 2), Quantity.decimal(row.halfPerplexity, digits: 2),
        Quantity.decimal(row.meanDivergence, digits: 4), Quantity.decimal(row.highDivergence, digits: 3),
        Quantity.percent(row.agreement),
      ])
    }
    return table
  }

  private static func text(_ value: (some CustomStringConvertible)?) -> String { value?.description ?? "" }

  private static func withError(_ value: Double, _ error: Double?) -> String {
    let text = Quantity.decimal(value, digits: 2)
    return error.map { "\(text) ± \(Quantity.decimal($0, digits: 2))" } ?? text
  }

  /// The difference to full precision, with its paired standard error.
  private static func aboveFull(_ entry: EvaluationEntry, _ full: EvaluationEntry?) -> String {
    guard let full, full != entry, full.losses.count == entry.losses.count else { return "" }
    let (value, error) = LossSummary.difference(entry.losses, full.losses)
    return withError(value, error)
  }
}
