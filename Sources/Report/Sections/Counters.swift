internal import Records

extension ReportSection {
  /// Which counters this machine has, what they read of each winner, and what must be moved against what was counted.
  static let counters = ReportSection(anchor: "counters", title: "Counters") { findings in
    let known = findings.input.counters
    let winners = Reading.all(of: findings)
    let hasHardware = known.contains { $0.absentBecause == nil && $0.source.isHardware }
    var blocks: [Block] = [
      .paragraph([
        .text("Counters are read in a separate pass, per call, and never while a candidate is timed. "),
        .text(winners.isEmpty ? "No winner of this run carries readings." : "Software counts are labelled so."),
        .text(hasHardware ? "" : unseen),
      ])
    ]
    for isHardware in [true, false] {
      let sources = CounterSource.allCases.filter { $0.isHardware == isHardware }
      let rows = known.filter { $0.source.isHardware == isHardware }
      blocks.append(
        .heading(
          isHardware ? "Hardware" : "Software", level: 3, anchor: isHardware ? "counters-hardware" : "counters-software"
        ))
      blocks += rows.isEmpty ? [.paragraph([.text("None was asked for in this run.")])] : availability(rows)
      for source in sources {
        let names = Set(known.filter { $0.source == source && $0.absentBecause == nil }.map(\.name))
        blocks += table(winners, columns: names, title: "Readings of the winners: \(title(source))")
      }
    }
    // A journal may carry counters that no availability record names; their origin is then unknown, and said to be.
    let others = Set(winners.flatMap { $0.counters.keys }).subtracting(known.map(\.name))
    blocks += table(winners, columns: others, title: "Readings of unrecorded source")
    return blocks + memory(winners, known)
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

  /// One row for the counters that share a source and an answer.
  private static func availability(_ rows: [CounterAvailability]) -> [Block] {
    struct Answer: Hashable {
      let source: CounterSource
      let reason: String?
    }
    var order: [Answer] = []
    var names: [Answer: [String]] = [:]
    for row in rows {
      let answer = Answer(source: row.source, reason: row.absentBecause)
      if names[answer] == nil { order.append(answer) }
      names[answer, default: []].append(row.name)
    }
    return [
      .table(
        Table(
          columns: [Table.Column("Source"), Table.Column("Counters"), Table.Column("Available")],
          rows: order.map { answer in
            Table.Row(cells: [
              .text(title(answer.source)), .text((names[answer] ?? []).joined(separator: ", ")),
              .text(answer.reason.map { "n/a: \($0)" } ?? "yes"),
            ])
          }))
    ]
  }

  /// What a winner's counters read.
  private struct Reading {
    let problem: ProblemFindings
    let threads: Int
    let result: CandidateResult
    let counters: [String: Double]

    static func all(of findings: Findings) -> [Reading] {
      findings.problems.flatMap { problem in
        problem.chosen.compactMap { answer in
          let result = problem.candidates.first {
            $0.variant == answer.winner.variant && $0.configuration == answer.winner.configuration
          }
          guard let result, let counters = result.counters, !counters.isEmpty else { return nil }
          return Reading(problem: problem, threads: answer.threads, result: result, counters: counters)
        }
      }
    }

    var head: [Table.Cell] {
      [.link(Link(title: problem.problem.name, anchor: problem.anchor)), .code(result.label), .number(Double(threads))]
    }
  }

  private static let head = [
    Table.Column("Problem"), Table.Column("Winner"), Table.Column("Threads", .count),
  ]

  /// A sentence on the counters that read alike for every winner, and a folded table of the others with a row for each winner that has
  /// more than zeros.
  private static func table(_ winners: [Reading], columns: Set<String>, title: String) -> [Block] {
    let names = columns.subtracting([counted]).sorted().filter { name in winners.contains { $0.counters[name] != nil } }
    // What reads alike everywhere takes a sentence, and so do winners with nothing but zeros.
    let alike = Dictionary(grouping: names) { name -> Double? in
      let readings = Set(winners.map { $0.counters[name] ?? 0 })
      return readings.count == 1 ? readings.first : nil
    }
    let sentences = alike.compactMap { reading, names in
      reading.map { "\(Words.list(names)) read \(Unit.count.text($0)) for every winner" }
    }
    let sentence: [Block] =
      sentences.isEmpty ? [] : [.paragraph([.text("\(title): \(sentences.sorted().joined(separator: "; ")).")])]
    let others = alike[nil] ?? []
    let rows = winners.filter { winner in others.contains { winner.counters[$0] ?? 0 != 0 } }
    guard !rows.isEmpty else { return sentence }
    let table = Table(
      columns: head + others.map { Table.Column($0) },
      rows: rows.map { winner in Table.Row(cells: winner.head + others.map { .number(winner.counters[$0]) }) })
    let which =
      rows.count < winners.count ? "\(rows.count) of \(winners.count) winners, the others read 0" : "all winners"
    return sentence + [.folded(title: "\(title) (\(which))", [.table(table)])]
  }

  /// Counters of misses of the last level, each of which moves a line of 64 bytes, in the order of preference.
  private static let misses = ["PAPI_L3_TCM", "LLC-load-misses", "cache-misses"]
  private static let counted = "sde:::ttq::bytes"

  /// Bytes that a call must move, those that our kernels counted, and those that hardware saw come from memory.
  private static func memory(_ winners: [Reading], _ known: [CounterAvailability]) -> [Block] {
    let heading = Block.heading("Bytes: analytic against counted", level: 3, anchor: "counters-bytes")
    let read = misses.first { name in winners.contains { $0.counters[name] != nil } }
    let rows = winners.filter {
      $0.counters[counted] != nil || read.map { name in winners.contains { $0.counters[name] != nil } } ?? false
    }
    guard !rows.isEmpty else {
      return [heading, .paragraph([.text("No winner carries a count of bytes, so there is nothing to compare.")])]
    }
    let apart = rows.count { row in
      row.counters[counted].map { abs($0 - row.result.cost.bytes) > 0.005 * row.result.cost.bytes } ?? false
    }
    let reason = known.first { misses.contains($0.name) }?.absentBecause
    let hardware =
      read.map { "The last column is hardware: 64 bytes for each \($0)." }
      ?? "Bytes that hardware saw come from memory are missing: \(reason ?? "no such counter was asked for")."
    let words =
      "Analytic is what a call must move at least; software is what our kernels counted tile by tile as they ran. "
      + (apart == 0
        ? "The two agree within 0.5 % for every winner. "
        : "They differ by more than 0.5 % for \(apart) of \(rows.count) winners. ")
    let columns =
      head + [Table.Column("Analytic bytes", .count), Table.Column("Software: counted", .count)]
      + (read == nil ? [] : [Table.Column("Hardware: from memory", .count), Table.Column("Over analytic", .ratio)])
    let table = Table(
      columns: columns,
      rows: rows.map { row in
        let cells = row.head + [.number(row.result.cost.bytes), .number(row.counters[counted])]
        guard let read else { return Table.Row(cells: cells) }
        let moved = row.counters[read].map { $0 * 64 }
        return Table.Row(cells: cells + [.number(moved), .number(moved.map { $0 / row.result.cost.bytes })])
      })
    return [
      heading, .paragraph([.text(words), .text(hardware)]),
      .folded(title: "All \(rows.count) winners", [.table(table)]),
    ]
  }
}
