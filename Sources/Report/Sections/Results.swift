internal import Records

extension ReportSection {
  /// Every measurement, to be searched and sorted, and how many candidates ended in each status.
  static let results = ReportSection(anchor: "results", title: "Every measurement") { findings in
    let candidates = findings.input.candidates
    guard !candidates.isEmpty else { return [.paragraph([.text("There is none.")])] }
    return [
      .table(counts(findings)),
      .records(
        RecordTable(
          caption: "Every candidate with what was measured of it; headings sort, the search takes several words.",
          columns: columns, rows: findings.problems.flatMap { problem in problem.candidates.map(row) },
          file: CandidateCSV.name)),
    ]
  }

  private static func counts(_ findings: Findings) -> Table {
    let statuses = CandidateStatus.allCases
    let families = findings.families.map { family in (family.name.rawValue, family.problems.flatMap(\.candidates)) }
    let rows = (families + [("all", findings.input.candidates)]).map { name, results in
      let numbers = statuses.map { status in results.count { $0.status == status } } + [results.count]
      return Table.Row(cells: [.text(name)] + numbers.map { .number(Double($0)) }, highlighted: name == "all")
    }
    return Table(
      columns: [Table.Column("Family")] + statuses.map { Table.Column($0.rawValue, .count) }
        + [Table.Column("total", .count)], rows: rows)
  }

  private static let columns = [
    Table.Column("Problem"), Table.Column("Candidate"), Table.Column("Layout"), Table.Column("Threads", .count),
    Table.Column("Status"), Table.Column("Median", .nanoseconds), Table.Column("Low", .nanoseconds),
    Table.Column("High", .nanoseconds), Table.Column("GB/s", .gigabytesPerSecond),
    Table.Column("GOP/s", .gigaoperationsPerSecond), Table.Column("Roof"), Table.Column("Of roof", .share),
    Table.Column("Error", .error), Table.Column("Samples", .count),
  ]

  private static func row(_ result: CandidateResult) -> [RecordTable.Value] {
    let timing = result.timing
    let median = timing?.medianNanoseconds
    return [
      .text(result.problem.name), .text("\(result.label) r\(result.revision)"), .text(result.layout?.rawValue ?? ""),
      .number(Double(result.configuration.threads)), .text(result.status.rawValue), .number(median),
      .number(timing?.lowNanoseconds), .number(timing?.highNanoseconds),
      .number(rounded(result.cost.rate(.gigabytesPerSecond, nanoseconds: median))),
      .number(rounded(result.cost.rate(.gigaoperationsPerSecond, nanoseconds: median))),
      .text(result.roof.map(RoofName.words) ?? ""), .number(rounded(result.share)), .number(rounded(result.error)),
      .number(timing.map { Double($0.samples) }),
    ]
  }

  /// Six significant digits: what follows from a measured time is not known better, and the page is smaller.
  private static func rounded(_ value: Double?) -> Double? {
    value.flatMap { Double(Unit.text($0, digits: 6)) }
  }
}
