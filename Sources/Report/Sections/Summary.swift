internal import Foundation
internal import Records

extension ReportSection {
  /// What this machine can do for the tuned model, how sure that is, and how near the kernels come to their roofs.
  static let summary = ReportSection(anchor: "summary", title: "Summary") { findings in
    let contests = Contest.all(of: findings)
    let warnings = Warnings.all(findings)
    var blocks: [Block] = expectations(findings.input.evidence.expectations) + [.paragraph(headline(findings))]
    if !warnings.isEmpty {
      blocks += [
        .heading("Before believing a figure", level: 3, anchor: "warnings"), .list(warnings.map { [.text($0)] }),
      ]
    }
    if contests.contains(where: { $0.share?.isFinite == true }) {
      blocks += [.heading("How near to the roof", level: 3, anchor: "shares"), .chart(shares(contests))]
    }
    return blocks + [
      .heading("How to read this", level: 3, anchor: "reading"),
      .folded(title: "Medians, intervals, roofs, and the letters N, K, T", reading.map { .paragraph([.text($0)]) }),
    ]
  }

  /// A sentence on each model and, below, every format and thread budget that the plan answers.
  private static func expectations(_ expectations: [ModelExpectation]) -> [Block] {
    guard !expectations.isEmpty else { return [] }
    var order: [String] = []
    for expectation in expectations where !order.contains(expectation.model) { order.append(expectation.model) }
    let leads = order.compactMap { model -> ModelExpectation? in
      let rows = expectations.filter { $0.model == model && $0.firstToken != nil && $0.token != nil }
      return rows.max { ($0.threads, -$0.format.bits) < ($1.threads, -$1.format.bits) }
    }
    let widths = Set(expectations.map(\.format.bits)).sorted()
    let others = WeightFormat.supportedBits.filter { !widths.contains($0) }
    let untuned: [Inline] =
      others.isEmpty
      ? []
      : [
        .text(" Not tuned: \(Words.list(others.map { "\($0)" })) bit; "), .code("ttq tune --bits"),
        .text(" adds a width."),
      ]
    let note =
      "Sums of the winners' medians over the model's layers, test-time quantization of all weights included; not measured as a whole. "
      + "The prompt runs through the quantized weights or, with exact prefill, in full precision while they are quantized. "
      + "The share is the time that the roofs allow over the time expected."
    return leads.flatMap { [.paragraph(lead($0)), .figures(figures($0))] } + [
      .table(table(expectations)), .paragraph([.text(note)] + untuned),
    ]
  }

  private static func lead(_ expectation: ModelExpectation) -> [Inline] {
    [
      .text("What "), .strong(expectation.model),
      .text(
        " should take on this machine at \(expectation.format.bits) bit with \(Words.threads(expectation.threads)), every weight quantized anew for the prompt:"
      ),
    ]
  }

  private static func figures(_ expectation: ModelExpectation) -> [Fact] {
    [
      Fact(
        name: "to the first token, after a prompt of \(expectation.workload.prompt)",
        value: Unit.nanoseconds.text(expectation.firstToken)),
      Fact(name: "tokens/s from then on", value: Unit.plain.text(expectation.token.map { 1e9 / $0 })),
    ]
      + (expectation.tokenShare.map {
        [Fact(name: "of what the roofs of its kernels allow while decoding", value: Unit.share.text($0))]
      } ?? [])
      + (expectation.firstTokenShare.map {
        [Fact(name: "of it before the first token", value: Unit.share.text($0))]
      } ?? [])
  }

  private static func table(_ expectations: [ModelExpectation]) -> Table {
    let columns = [
      Table.Column("Model"), Table.Column("Bits", .count), Table.Column("Format"), Table.Column("Threads", .count),
      Table.Column("First token", .nanoseconds), Table.Column("Of roof", .share),
      Table.Column("With exact prefill", .nanoseconds), Table.Column("A token", .nanoseconds), Table.Column("Tokens/s"),
      Table.Column("Of roof, decoding", .share),
      Table.Column("Missing"),
    ]
    let isComplete = expectations.allSatisfy { $0.missing == nil }
    return Table(
      columns: isComplete ? columns.dropLast() : columns,
      rows: expectations.map { row in
        let cells: [Table.Cell] = [
          .text(row.model), .number(Double(row.format.bits)), .code(row.format.description),
          .number(Double(row.threads)), .number(row.firstToken), .number(row.firstTokenShare),
          .number(row.exactFirstToken),
          .number(row.token),
          .number(row.token.map { 1e9 / $0 }), .number(row.tokenShare),
        ]
        return Table.Row(cells: isComplete ? cells : cells + [.text(row.missing ?? "")])
      })
  }

  private static func headline(_ findings: Findings) -> [Inline] {
    let candidates = findings.input.candidates
    guard !findings.problems.isEmpty else {
      return [.text("Nothing was measured. "), .code("ttq tune"), .text(" measures this machine.")]
    }
    let correct = candidates.count { $0.status == .correct }
    var line: [Inline] = [
      .strong(Words.count(findings.problems.count, "problem")),
      .text(" in \(Words.count(findings.families.count, "family", plural: "families")): "),
      .text("\(Words.count(candidates.count, "candidate")), of which \(correct) matched the reference and were timed."),
    ]
    let answers = findings.problems.flatMap(\.chosen)
    let ties = answers.count(where: \.isTie)
    if ties > 0 {
      line.append(
        .text(" In \(ties) of \(answers.count) answers winner and runner-up do not differ within their intervals."))
    }
    let gains = findings.problems.flatMap { problem in problem.chosen.compactMap { problem.gainOverReference($0) } }
    if let mean = geometricMean(gains) {
      line += [
        .text(" Where the scalar reference was timed, the winners are "), .strong(Unit.ratio.text(mean)),
        .text(" as fast (geometric mean)."),
      ]
    }
    if answers.isEmpty { line.append(.text(" No candidate was correct: there is no winner.")) }
    if findings.input.plan == nil {
      line.append(.text(" No plan was found: winners are the fastest of an unfinished journal."))
    }
    return line
  }

  private static func shares(_ contests: [Contest]) -> BarChart {
    let known = contests.filter { $0.share?.isFinite == true }
    let groups = Set(known.map(\.threads)).sorted().map { threads in
      BarChart.Group(
        title: Words.threads(threads),
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
