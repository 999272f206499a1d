internal import Records

/// How the samples of each winner lie around their median.
enum FamilySpread {
  /// Samples drawn of a row at most, evenly from all.
  private static let drawn = 16
  /// Rows that are drawn: of more, those whose samples lie widest.
  private static let most = 16
  /// Rows that are seen without opening anything.
  private static let shown = 12

  static func blocks(_ name: FamilyName, _ problems: [ProblemFindings]) -> [Block] {
    let all = problems.flatMap { problem in
      problem.chosen.compactMap { answer -> SpreadChart.Row? in
        let winner = problem.candidates.first {
          $0.variant == answer.winner.variant && $0.configuration == answer.winner.configuration
            && $0.status == .correct
        }
        return winner.flatMap { row($0, label: label(problem, answer)) }
      }
    }
    guard !all.isEmpty else { return [] }
    let width = all.map(\.width).sorted(by: >).dropFirst(most - 1).first ?? 0
    let rows = Array(all.filter { $0.width >= width }.prefix(most))
    let which = rows.count < all.count ? "the \(rows.count) of \(all.count) winners that vary most" : "the winners"
    let chart = Block.spread(
      SpreadChart(
        caption:
          "\(name.rawValue): samples of \(which) around their median. A tick is a sample, the box holds the middle half.",
        columns: ["median", "middle half", "samples"], rows: rows))
    return rows.count <= shown
      ? [chart] : [.folded(title: "Distribution of the samples of \(rows.count) winners", [chart])]
  }

  private static func label(_ problem: ProblemFindings, _ answer: Answer) -> String {
    let formats = problem.problem.formatName
    return [problem.shape, formats, Words.threads(answer.threads)].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  private static func row(_ result: CandidateResult, label: String) -> SpreadChart.Row? {
    let samples = result.samples.filter { $0.isFinite && $0 > 0 }.sorted()
    guard samples.count > 2 else { return nil }
    let median = (samples[samples.count / 2] + samples[(samples.count - 1) / 2]) / 2
    let (lower, upper) = (samples[samples.count / 4], samples[samples.count - 1 - samples.count / 4])
    let step = max(1, Double(samples.count) / Double(drawn))
    let few = stride(from: 0, to: Double(samples.count), by: step).map { samples[Int($0)] / median }
    return SpreadChart.Row(
      label: label, median: median, lower: lower, upper: upper, samples: few,
      notes: [
        Unit.nanoseconds.text(median), Unit.nanoseconds.text(low: lower, high: upper),
        Unit.count.text(Double(samples.count)),
      ])
  }
}

extension SpreadChart.Row {
  /// The middle half over the median.
  fileprivate var width: Double { (upper - lower) / median }
}
