internal import Records

extension ReportSection {
  /// How many candidates ended in each status, and every one that failed.
  static let candidates = ReportSection(anchor: "candidates", title: "Candidates") { findings in
    let input = findings.input
    var blocks: [Block] = [.table(counts(findings))]
    let failed = findings.problems.flatMap { problem in problem.candidates.filter { $0.status != .correct } }
    if !failed.isEmpty {
      blocks.append(.folded(title: "The \(failed.count) that were not timed, and why", [.table(failures(failed))]))
    }
    if input.unreadableLines > 0 {
      let lines = input.unreadableLines == 1 ? "1 line" : "\(input.unreadableLines) lines"
      blocks.append(.paragraph([.text("\(lines) of the journal could not be read: left out here.")]))
    }
    return blocks
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

  private static func failures(_ results: [CandidateResult]) -> Table {
    Table(
      columns: [
        Table.Column("Problem"), Table.Column("Candidate"), Table.Column("Threads", .count), Table.Column("Status"),
        Table.Column("Reason"),
      ],
      rows: results.map { result in
        Table.Row(cells: [
          .code(result.problem.name), .code(result.label), .number(Double(result.configuration.threads)),
          .text(result.status.rawValue), .text(result.reason ?? "no reason recorded"),
        ])
      })
  }
}
