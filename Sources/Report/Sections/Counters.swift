internal import Records

extension ReportSection {
  /// Which counters this machine has, and what they read; software counts stand apart from hardware ones.
  static let counters = ReportSection(anchor: "counters", title: "Counters") { findings in
    let known = findings.input.counters
    let readings = findings.problems.filter { problem in problem.candidates.contains { $0.counters?.isEmpty == false } }
    var blocks: [Block] = [
      .paragraph([
        .text("Counters are read in a separate pass, per call, and never while a candidate is timed. "),
        .text(readings.isEmpty ? "No candidate of this run carries readings." : "Software counts are labelled so."),
        .text(known.contains { $0.absentBecause == nil && $0.source.isHardware } ? "" : Self.unseen),
      ])
    ]
    for source in CounterSource.allCases {
      let rows = known.filter { $0.source == source }
      let names = Set(rows.map(\.name))
      if !rows.isEmpty { blocks += availability(source, rows) }
      blocks += tables(readings, columns: names, title: "Readings: \(title(source))")
    }
    // A journal may carry counters that no availability record names; their origin is then unknown, and said to be.
    let named = Set(known.map(\.name))
    let others = Set(readings.flatMap { $0.candidates.flatMap { $0.counters?.keys.map { $0 } ?? [] } }).subtracting(
      named)
    blocks += tables(readings, columns: others, title: "Readings of unrecorded source")
    return blocks
  }

  private static let unseen =
    " No hardware counter was available: what this package says of them was not seen on real counters."

  private static func title(_ source: CounterSource) -> String {
    switch source {
    case .hardwarePreset: "hardware, PAPI"
    case .perfHardware: "hardware, perf_event"
    case .perfSoftware: "software, perf_event"
    case .softwareDefined: "software, counted by our own kernels"
    }
  }

  private static func availability(_ source: CounterSource, _ rows: [CounterAvailability]) -> [Block] {
    let heading = title(source)
    return [
      .heading(heading.prefix(1).uppercased() + heading.dropFirst(), level: 4, anchor: "counters-\(source.rawValue)"),
      .table(
        Table(
          columns: [Table.Column("Counter"), Table.Column("Available")],
          rows: rows.map { row in
            Table.Row(cells: [.code(row.name), .text(row.absentBecause.map { "n/a: \($0)" } ?? "yes")])
          })),
    ]
  }

  /// One folded table with a row for each candidate that has a reading among `columns`.
  private static func tables(_ problems: [ProblemFindings], columns: Set<String>, title: String) -> [Block] {
    let names = columns.sorted()
    let rows = problems.flatMap { problem in
      problem.candidates.compactMap { result -> Table.Row? in
        guard let counters = result.counters, !columns.isDisjoint(with: counters.keys) else { return nil }
        return Table.Row(
          cells: [
            .link(Link(title: problem.problem.name, anchor: problem.anchor)), .code(result.label),
            .number(Double(result.configuration.threads)),
          ] + names.map { .number(counters[$0]) }, highlighted: problem.isWinner(result))
      }
    }
    guard !rows.isEmpty else { return [] }
    let read = names.filter { name in
      problems.contains { $0.candidates.contains { $0.counters?[name] != nil } }
    }
    let kept = names.indices.filter { read.contains(names[$0]) }
    let table = Table(
      columns: [Table.Column("Problem"), Table.Column("Candidate"), Table.Column("Threads", .count)]
        + kept.map { Table.Column(names[$0]) },
      rows: rows.map { row in
        Table.Row(cells: row.cells.prefix(3) + kept.map { row.cells[3 + $0] }, highlighted: row.highlighted)
      })
    return [.folded(title: "\(title) (\(rows.count) candidates)", [.table(table)])]
  }
}
