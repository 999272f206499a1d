internal import Records

extension ReportSection {
  /// Every family and problem: the alternatives against the roof, and who won.
  static let families = ReportSection(anchor: "families", title: "Families") { findings in
    guard !findings.problems.isEmpty else { return [.paragraph([.text("Nothing was measured.")])] }
    let contents = findings.families.map { family in
      let count = family.problems.count == 1 ? "1 problem" : "\(family.problems.count) problems"
      return Link(title: "\(family.name.rawValue) (\(count))", anchor: "family-\(family.name.rawValue)")
    }
    return [.contents(contents)]
      + findings.families.flatMap { family in
        [
          Block.heading(family.name.rawValue, level: 3, anchor: "family-\(family.name.rawValue)"),
          .table(overview(family.problems)),
        ] + family.problems.flatMap(blocks)
      }
  }

  private static func overview(_ problems: [ProblemFindings]) -> Table {
    let columns = [
      Table.Column("Problem"), Table.Column("Formats"), Table.Column("Threads", .count), Table.Column("Winner"),
      Table.Column("Median", .nanoseconds), Table.Column("Of roof", .share), Table.Column("Verdict"),
    ]
    let rows = problems.flatMap { problem in
      let link = Table.Cell.link(Link(title: problem.shape, anchor: problem.anchor))
      let formats = Table.Cell.code(problem.problem.formatName)
      guard !problem.chosen.isEmpty else {
        return [
          Table.Row(cells: [
            link, formats, .text(""), .text("none"), .number(nil), .number(nil), .text("no correct candidate"),
          ])
        ]
      }
      return problem.chosen.map { answer in
        Table.Row(cells: [
          link, formats, .number(Double(answer.threads)), .code(answer.winner.variant),
          .number(answer.winner.timing.medianNanoseconds), .number(answer.share), .text(answer.verdict),
        ])
      }
    }
    return Table(columns: columns, rows: rows)
  }

  private static func blocks(_ problem: ProblemFindings) -> [Block] {
    let title = [problem.shape, problem.problem.formatName].filter { !$0.isEmpty }.joined(separator: " · ")
    var blocks: [Block] = [.heading(title, level: 4, anchor: problem.anchor)]
    if !problem.candidates.isEmpty { blocks.append(.chart(chart(problem))) }
    if !problem.answers.isEmpty { blocks.append(.table(answers(problem))) }
    if !problem.candidates.isEmpty {
      blocks.append(.folded(title: "All \(problem.candidates.count) candidates", [.table(candidates(problem))]))
    }
    return blocks
  }

  private static func chart(_ problem: ProblemFindings) -> BarChart {
    let unit = RoofName.unit(problem.chosen.last?.roof ?? problem.candidates.lazy.compactMap(\.roof).first)
    var groups: [BarChart.Group] = []
    var absent: [BarChart.Absent] = []
    for result in problem.candidates {
      guard result.status == .correct, let bar = bar(result, unit, isWinner: problem.isWinner(result)) else {
        absent.append(
          BarChart.Absent(
            label: "\(result.variant), \(result.configuration)", status: result.status.rawValue,
            reason: result.reason ?? (result.status == .correct ? "not timed" : "no reason recorded")))
        continue
      }
      let title = result.configuration.description
      if groups.last?.title != title { groups.append(BarChart.Group(title: title, bars: [])) }
      groups[groups.count - 1].bars.append(bar)
    }
    return BarChart(
      caption: "\(problem.problem.name): rate of every correct candidate, scalar first.", axis: unit,
      columns: ["median", unit.symbol, "of roof"], groups: groups, absent: absent)
  }

  private static func bar(_ result: CandidateResult, _ unit: Unit, isWinner: Bool) -> BarChart.Bar? {
    guard let timing = result.timing, let rate = result.cost.rate(unit, nanoseconds: timing.medianNanoseconds) else {
      return nil
    }
    // The share is of the time the roof allows, so the roof in the chart's unit follows from it even where the roof's
    // own unit is another.
    let roof = result.share.flatMap { share in
      let value = rate / share
      return share > 0 && value.isFinite
        ? BarChart.RoofMark(name: RoofName.words(result.roof ?? "roof"), value: value) : nil
    }
    return BarChart.Bar(
      label: result.variant, value: rate, low: result.cost.rate(unit, nanoseconds: timing.highNanoseconds),
      high: result.cost.rate(unit, nanoseconds: timing.lowNanoseconds), roof: roof, highlighted: isWinner,
      notes: [
        Unit.nanoseconds.text(timing.medianNanoseconds), unit.text(rate), Unit.share.text(result.share),
      ])
  }

  private static func answers(_ problem: ProblemFindings) -> Table {
    let columns = [
      Table.Column("Threads", .count), Table.Column("Layout"), Table.Column("Winner"),
      Table.Column("Median", .nanoseconds), Table.Column("Interval", .nanoseconds), Table.Column("Runner-up"),
      Table.Column("Its median", .nanoseconds), Table.Column("Its interval", .nanoseconds),
      Table.Column("Error", .error), Table.Column("Verdict"),
    ]
    let rows = problem.answers.map { answer in
      let (winner, other) = (answer.winner, answer.runnerUp)
      return Table.Row(
        cells: [
          .number(Double(answer.threads)), winner.layout.map { .code($0.rawValue) } ?? .text(""),
          .code(winner.name(within: answer.threads)), .number(winner.timing.medianNanoseconds),
          .interval(low: winner.timing.lowNanoseconds, high: winner.timing.highNanoseconds),
          other.map { .code($0.name(within: answer.threads)) } ?? .text("none"),
          .number(other?.timing.medianNanoseconds),
          .interval(low: other?.timing.lowNanoseconds, high: other?.timing.highNanoseconds), .number(answer.error),
          .text(answer.chosen ? answer.verdict : "layout not chosen: \(answer.verdict)"),
        ], highlighted: answer.chosen)
    }
    return Table(columns: columns, rows: rows)
  }

  private static func candidates(_ problem: ProblemFindings) -> Table {
    let columns = [
      Table.Column("Candidate"), Table.Column("Threads", .count), Table.Column("Layout"), Table.Column("Status"),
      Table.Column("Median", .nanoseconds), Table.Column("Interval", .nanoseconds),
      Table.Column("GB/s", .gigabytesPerSecond), Table.Column("GOP/s", .gigaoperationsPerSecond), Table.Column("Roof"),
      Table.Column("Of roof", .share), Table.Column("Error", .error), Table.Column("Samples", .count),
    ]
    let rows = problem.candidates.map { result in
      let median = result.timing?.medianNanoseconds
      return Table.Row(
        cells: [
          .code("\(result.label) r\(result.revision)"), .number(Double(result.configuration.threads)),
          result.layout.map { .code($0.rawValue) } ?? .text(""), .text(result.status.rawValue), .number(median),
          .interval(low: result.timing?.lowNanoseconds, high: result.timing?.highNanoseconds),
          .number(result.cost.rate(.gigabytesPerSecond, nanoseconds: median)),
          .number(result.cost.rate(.gigaoperationsPerSecond, nanoseconds: median)),
          .text(result.roof.map(RoofName.words) ?? ""), .number(result.share), .number(result.error),
          .number(result.timing.map { Double($0.samples) }),
        ], highlighted: problem.isWinner(result))
    }
    return Table(columns: columns, rows: rows)
  }
}

extension Contestant {
  /// The variant, with its configuration where it is not the plain one of the threads that it was allowed.
  fileprivate func name(within threads: Int) -> String {
    configuration == Configuration(threads: threads) ? variant : "\(variant) (\(configuration))"
  }
}

extension CandidateResult {
  /// The variant, with its split where the thread count beside it does not tell all.
  var label: String {
    configuration.split == .rows ? variant : "\(variant) by \(configuration.split.rawValue)"
  }
}

extension ProblemFindings {
  /// The problem's name as a link target.
  package var anchor: String {
    "problem-" + String(problem.name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
  }

  /// The shape in the words of the field: `3072 × 1024, T = 1`; `16 heads of 128 (8 KV), 512 cached, T = 1`.
  package var shape: String {
    let tokens = problem.tokens > 0 ? ", T = \(problem.tokens)" : ""
    if let heads = problem.heads, heads.dimension > 0 {
      let count = problem.n / heads.dimension
      return "\(count) heads of \(heads.dimension) (\(heads.keyValueHeads) KV), \(problem.k) cached" + tokens
    }
    return (problem.n > 0 ? "\(problem.n) × \(problem.k)" : "K = \(problem.k)") + tokens
  }
}
