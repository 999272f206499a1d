internal import Records

/// Every candidate of each problem against the roof, and the answers.
enum ProblemBars {
  /// Problems whose bars are seen at once; further ones are opened by those who look for them.
  private static let shown = 2

  static func blocks(_ problems: [ProblemFindings]) -> [Block] {
    problems.enumerated().map { index, problem in
      let title = [problem.shape, problem.problem.formatName].filter { !$0.isEmpty }.joined(separator: " · ")
      let inner = blocks(problem, isFolded: index >= shown)
      return index < shown
        ? [.heading(title, level: 4, anchor: problem.anchor)] + inner
        : [.folded(title: "\(title): \(outcome(problem))", inner, anchor: problem.anchor)]
    }.flatMap(\.self)
  }

  /// - Parameter isFolded: one of many: the answers for layouts that were not chosen are left to the plan.
  private static func blocks(_ problem: ProblemFindings, isFolded: Bool) -> [Block] {
    var blocks: [Block] = []
    let chart = chart(problem)
    if !chart.groups.isEmpty || !chart.absent.isEmpty { blocks.append(.chart(chart)) }
    let told = isFolded && !problem.chosen.isEmpty ? problem.chosen : problem.answers
    if !told.isEmpty { blocks.append(.table(answers(told))) }
    return blocks
  }

  /// The winner of the largest thread budget in a line.
  private static func outcome(_ problem: ProblemFindings) -> String {
    guard let answer = problem.chosen.last else { return "no correct candidate" }
    let share = answer.share.map { ", \(Unit.share.text($0)) of its roof" } ?? ""
    return "\(answer.winner.variant), \(Words.threads(answer.threads)), "
      + "\(Unit.nanoseconds.text(answer.winner.timing.medianNanoseconds))\(share)"
  }

  private static func chart(_ problem: ProblemFindings) -> BarChart {
    let unit = RoofName.unit(problem.chosen.last?.roof ?? problem.candidates.lazy.compactMap(\.roof).first)
    var groups: [BarChart.Group] = []
    var absent: [BarChart.Absent] = []
    // Those that were never meant for the problem or the machine are told once for the family.
    for result in problem.candidates.fastestStreams where ![.constraint, .unsupported].contains(result.status) {
      guard result.status == .correct, let bar = bar(result, unit, isWinner: problem.isWinner(result)) else {
        absent.append(
          BarChart.Absent(
            label: "\(result.variant), \(result.configuration)", status: result.status.rawValue,
            reason: result.reason ?? (result.status == .correct ? "not timed" : "no reason recorded")))
        continue
      }
      let title = result.configuration.sharing.description
      if groups.last?.title != title { groups.append(BarChart.Group(title: title, bars: [])) }
      groups[groups.count - 1].bars.append(bar)
    }
    return BarChart(
      caption: "\(problem.problem.name): rate of every correct candidate.", axis: unit,
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
      label: result.configuration.stream.map { "\(result.variant), \($0)" } ?? result.variant, value: rate,
      low: result.cost.rate(unit, nanoseconds: timing.highNanoseconds),
      high: result.cost.rate(unit, nanoseconds: timing.lowNanoseconds), roof: roof, highlighted: isWinner,
      notes: [
        Unit.nanoseconds.text(timing.medianNanoseconds), unit.text(rate), Unit.share.text(result.share),
      ])
  }

  private static func answers(_ answers: [Answer]) -> Table {
    let hasLayouts = answers.contains { $0.winner.layout != nil }
    let columns =
      [Table.Column("Threads", .count)] + (hasLayouts ? [Table.Column("Layout")] : []) + [
        Table.Column("Winner"), Table.Column("Interval", .nanoseconds), Table.Column("Runner-up"),
        Table.Column("Its interval", .nanoseconds), Table.Column("Error", .error), Table.Column("Verdict"),
      ]
    let rows = answers.map { answer in
      let (winner, other) = (answer.winner, answer.runnerUp)
      let layout: [Table.Cell] = hasLayouts ? [winner.layout.map { .code($0.rawValue) } ?? .text("")] : []
      let cells: [Table.Cell] = [
        .code(winner.name(within: answer.threads)),
        .interval(low: winner.timing.lowNanoseconds, high: winner.timing.highNanoseconds),
        other.map { .code($0.name(within: answer.threads)) } ?? .text("none"),
        .interval(low: other?.timing.lowNanoseconds, high: other?.timing.highNanoseconds), .number(answer.error),
        .text(answer.chosen ? answer.verdict : "layout not chosen: \(answer.verdict)"),
      ]
      return Table.Row(cells: [.number(Double(answer.threads))] + layout + cells, highlighted: answer.chosen)
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
