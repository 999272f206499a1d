internal import Foundation
internal import Records

extension ReportSection {
  /// What won and by how much, family by family, and how to read the rest.
  static let summary = ReportSection(anchor: "results", title: "What won") { findings in
    let contests = Contest.all(of: findings)
    var blocks: [Block] = [.paragraph(headline(findings))]
    if !contests.isEmpty {
      blocks += [.table(table(contests)), .chart(shares(contests))]
    }
    return blocks + [.heading("How to read this", level: 3, anchor: "reading")]
      + reading.map { .paragraph([.text($0)]) }
  }

  private static func headline(_ findings: Findings) -> [Inline] {
    let candidates = findings.input.candidates
    let correct = candidates.count { $0.status == .correct }
    var line: [Inline] = [
      .strong("\(findings.problems.count) problems"), .text(" in \(findings.families.count) families: "),
      .text("\(candidates.count) candidates, of which \(correct) matched the reference."),
    ]
    let gains = findings.problems.flatMap { problem in problem.chosen.compactMap { problem.gainOverReference($0) } }
    if let mean = geometricMean(gains) {
      line += [
        .text(" The winners are "), .strong(Unit.ratio.text(mean)),
        .text(" as fast as the scalar reference (geometric mean)."),
      ]
    }
    if findings.input.plan == nil {
      line.append(.text(" No plan was found: winners are the fastest of an unfinished journal."))
    }
    return line
  }

  private static func table(_ contests: [Contest]) -> Table {
    let columns = [
      Table.Column("Family"), Table.Column("Formats"), Table.Column("T", .count), Table.Column("Threads", .count),
      Table.Column("Winner"), Table.Column("Runner-up"), Table.Column("Lead", .ratio),
      Table.Column("Over scalar", .ratio), Table.Column("Of roof", .share), Table.Column("Verdict"),
    ]
    return Table(
      columns: columns,
      rows: contests.map { contest in
        Table.Row(cells: [
          .link(Link(title: contest.family.rawValue, anchor: "family-\(contest.family.rawValue)")),
          .code(contest.formats), contest.tokens > 0 ? .number(Double(contest.tokens)) : .text(""),
          .number(Double(contest.threads)), .code(contest.winner),
          contest.runnerUp.map { .code($0) } ?? .text("none"), .number(contest.lead), .number(contest.gain),
          .number(contest.share), .text(contest.verdict),
        ])
      })
  }

  private static func shares(_ contests: [Contest]) -> BarChart {
    let known = contests.filter { $0.share?.isFinite == true }
    let groups = Set(known.map(\.threads)).sorted().map { threads in
      BarChart.Group(
        title: threads == 1 ? "1 thread" : "\(threads) threads",
        bars: known.filter { $0.threads == threads }.map { contest in
          BarChart.Bar(
            label: contest.label, value: contest.share ?? 0, roof: .init(name: "roof", value: 1), highlighted: true,
            notes: [contest.winner, Unit.share.text(contest.share)])
        })
    }
    return BarChart(
      caption: "Share of its roof that each winner reaches (median over the problems of the row).", axis: .share,
      columns: ["winner", "of roof"], groups: groups)
  }

  private static let reading = [
    """
    Every candidate was first checked against the scalar reference on this machine and only then timed. Times are medians \
    of repeated runs with a distribution-free 95 % interval of the median, drawn as whiskers; weights are cold (not in \
    any cache), activations hot, as they are during generation.
    """,
    """
    A bar is the work that the problem needs, in bytes or operations, over the median time. The red line is the roof: what \
    this machine reached in a plain loop of reads or multiply-adds with the same number of threads. A share near \
    100 % means that a faster kernel is not to be had for this format; a small share means that something else \
    bounds the kernel. The lead is the runner-up's median over the winner's; where their intervals overlap, the report \
    says that there is no difference.
    """,
    "N output channels, K input channels, T tokens, q bits, g group; a8 means activations quantized to int8.",
  ]
}

/// The problems of a family that differ in shape alone, answered within one thread budget.
private struct Contest {
  var family: FamilyName
  var formats: String
  var tokens: Int
  var threads: Int
  var answers: [(problem: ProblemFindings, answer: Answer)]

  static func all(of findings: Findings) -> [Contest] {
    var order: [[String]] = []
    var contests: [[String]: Contest] = [:]
    for problem in findings.problems {
      for answer in problem.chosen {
        let (family, formats, tokens) = (problem.problem.family, problem.problem.formatName, problem.problem.tokens)
        let key = [family.rawValue, formats, "\(tokens)", "\(answer.threads)"]
        if contests[key] == nil { order.append(key) }
        contests[
          key, default: Contest(family: family, formats: formats, tokens: tokens, threads: answer.threads, answers: [])
        ].answers.append((problem, answer))
      }
    }
    let rank = { (contest: Contest) in FamilyName.allCases.firstIndex(of: contest.family) ?? 0 }
    return order.compactMap { contests[$0] }.sorted {
      (rank($0), $0.formats, $0.threads, $0.tokens) < (rank($1), $1.formats, $1.threads, $1.tokens)
    }
  }

  var label: String {
    ([family.rawValue, formats] + (tokens > 0 ? ["T=\(tokens)"] : [])).filter { !$0.isEmpty }.joined(separator: " ")
  }
  var winner: String { mostFrequent(answers.map(\.answer.winner.variant)) ?? "none" }
  var runnerUp: String? { mostFrequent(answers.compactMap(\.answer.runnerUp?.variant)) }
  var lead: Double? { geometricMean(answers.compactMap(\.answer.lead)) }
  var gain: Double? { geometricMean(answers.compactMap { $0.problem.gainOverReference($0.answer) }) }
  var share: Double? {
    let shares = answers.compactMap(\.answer.share).filter(\.isFinite).sorted()
    return shares.isEmpty ? nil : (shares[shares.count / 2] + shares[(shares.count - 1) / 2]) / 2
  }

  var verdict: String {
    let ties = answers.count { $0.answer.isTie }
    if runnerUp == nil { return "no other correct candidate" }
    if ties == answers.count { return "no difference within the interval" }
    if ties == 0 { return "decided" }
    return "no difference in \(ties) of \(answers.count)"
  }

  /// The commonest name, with its count where there are others.
  private func mostFrequent(_ names: [String]) -> String? {
    let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
    guard let top = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return nil }
    return counts.count == 1 ? top.key : "\(top.key) (\(top.value) of \(names.count))"
  }
}

/// The geometric mean of the positive finite numbers among `values`; nil where there are none.
private func geometricMean(_ values: [Double]) -> Double? {
  let logarithms = values.filter { $0.isFinite && $0 > 0 }.map { log($0) }
  return logarithms.isEmpty ? nil : exp(logarithms.reduce(0, +) / Double(logarithms.count))
}

extension ProblemFindings {
  /// How many times longer the reference takes within the same thread budget; nil where it was not timed.
  fileprivate func gainOverReference(_ answer: Answer) -> Double? {
    let references = candidates.filter {
      Ladder.isReference($0.variant) && $0.status == .correct && $0.configuration.threads <= answer.threads
    }
    return references.compactMap(\.timing?.medianNanoseconds).min().map { $0 / answer.winner.timing.medianNanoseconds }
  }
}
