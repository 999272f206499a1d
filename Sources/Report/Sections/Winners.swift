internal import Records

extension ReportSection {
  /// Who won each problem, by how much, and how sure that is.
  static let winners = ReportSection(anchor: "winners", title: "Winners") { findings in
    let contests = Contest.all(of: findings)
    guard !findings.problems.isEmpty else { return [.paragraph([.text("Nothing was measured.")])] }
    var blocks: [Block] = []
    if !contests.isEmpty {
      blocks += [
        .paragraph([
          .text(
            "Each row takes the problems together that differ in shape alone. The lead is the runner-up's time over the winner's; where the two do not differ the simpler one won, whatever the lead."
          )
        ]), .table(contest(contests)),
      ]
    }
    let answers = findings.problems.map { max(1, $0.chosen.count) }.reduce(0, +)
    return blocks + [
      .heading("Problem by problem", level: 3, anchor: "winners-all"),
      .paragraph([
        .text(
          "The step is how the engine finds the row: exact for a measured row of this plan, journal for one of a tuning without a plan, reference where no other candidate was correct."
        )
      ]),
      answers > Table.page
        ? .folded(title: "All \(answers) answers", [.table(problems(findings))]) : .table(problems(findings)),
    ]
  }

  private static func contest(_ contests: [Contest]) -> Table {
    let hasGains = contests.count { $0.gain != nil } * 2 > contests.count
    let columns = [
      Table.Column("Operation"), Table.Column("T", .count), Table.Column("Threads", .count),
      Table.Column("Winner"), Table.Column("Runner-up"), Table.Column("Lead", .ratio), Table.Column("Of roof", .share),
      Table.Column("Over scalar", .ratio), Table.Column("Verdict"),
    ]
    return Table(
      columns: columns.filter { hasGains || $0.title != "Over scalar" },
      rows: contests.map { contest in
        let cells: [Table.Cell] = [
          .link(
            Link(
              title: [contest.family.rawValue, contest.formats].filter { !$0.isEmpty }.joined(separator: " "),
              anchor: "family-\(contest.family.rawValue)")),
          contest.tokens > 0 ? .number(Double(contest.tokens)) : .text(""),
          .number(Double(contest.threads)), .code(contest.winner),
          contest.runnerUp.map { .code($0) } ?? .text("none"), .number(contest.lead), .number(contest.share),
        ]
        return Table.Row(cells: cells + (hasGains ? [.number(contest.gain)] : []) + [.text(contest.verdict)])
      })
  }

  private static func problems(_ findings: Findings) -> Table {
    let columns = [
      Table.Column("Operation"), Table.Column("Problem"), Table.Column("Winner"), Table.Column("Configuration"),
      Table.Column("Median", .nanoseconds), Table.Column("Interval", .nanoseconds), Table.Column("Of roof", .share),
      Table.Column("Runner-up"), Table.Column("Lead", .ratio), Table.Column("Verdict"), Table.Column("Step"),
    ]
    let documented = Set(findings.input.evidence.code.map { WinnerCode.anchor($0.family, $0.variant) })
    let rows = findings.problems.flatMap { problem -> [Table.Row] in
      let operation = [problem.problem.family.rawValue, problem.problem.formatName].filter { !$0.isEmpty }
      let head: [Table.Cell] = [
        .text(operation.joined(separator: " ")), .link(Link(title: problem.shape, anchor: problem.anchor)),
      ]
      guard !problem.chosen.isEmpty else {
        let none: [Table.Cell] = [
          .text("none"), .text(""), .number(nil), .interval(low: nil, high: nil), .number(nil), .text(""),
          .number(nil), .text("no correct candidate"), .text("reference"),
        ]
        return [Table.Row(cells: head + none)]
      }
      return problem.chosen.map { answer in
        let (winner, other) = (answer.winner, answer.runnerUp)
        let anchor = WinnerCode.anchor(problem.problem.family, winner.variant)
        let name: Table.Cell =
          documented.contains(anchor) ? .link(Link(title: winner.variant, anchor: anchor)) : .code(winner.variant)
        let used = winner.configuration
        let budget = used.threads == answer.threads ? "" : " of \(answer.threads)"
        let cells: [Table.Cell] = [
          name, .text("\(used)\(budget)"), .number(winner.timing.medianNanoseconds),
          .interval(low: winner.timing.lowNanoseconds, high: winner.timing.highNanoseconds), .number(answer.share),
          other.map { .code($0.variant) } ?? .text("none"), .number(answer.lead),
          .text(other == nil ? "no other" : answer.isTie ? "no difference" : "faster"),
          .text(answer.planned ? "exact" : "journal"),
        ]
        return Table.Row(cells: head + cells)
      }
    }
    return Table(columns: columns, rows: rows)
  }
}
