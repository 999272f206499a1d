internal import Records

extension ReportSection {
  /// What a model pays in quality for fewer bits and what it gains in speed.
  static let tradeOff = ReportSection(anchor: "trade-off", title: "Trade-off") { findings in
    let evidence = findings.input.evidence
    let evaluations = evidence.evaluations.flatMap { record in
      let texts = Set(record.rows.map(\.subject.text)).sorted()
      return texts.compactMap { text in
        TradeOff(record, text: text, benchmarks: evidence.benchmarks.flatMap(\.rows))
      }
    }
    guard !evaluations.isEmpty || !evidence.benchmarks.isEmpty else { return [.paragraph(absence)] }
    return unreadable(evidence) + evaluations.flatMap(blocks) + evidence.benchmarks.flatMap(blocks)
  }

  private static let absence: [Inline] = [
    .text("No evaluation and no benchmark of a model lies beside this report. "),
    .code("ttq eval DIR --text FILE --json > eval-NAME.jsonl"), .text(" and "),
    .code("ttq bench-model DIR --json > bench-model-NAME.jsonl"),
    .text(" in its folder make them; the next "), .code("ttq report"), .text(" shows them here."),
  ]

  private static func unreadable(_ evidence: ReportEvidence) -> [Block] {
    let files =
      evidence.evaluations.filter { $0.unreadable > 0 }.map { ($0.file, $0.unreadable) }
      + evidence.benchmarks.filter { $0.unreadable > 0 }.map { ($0.file, $0.unreadable) }
    return files.map { file, count in
      .paragraph([
        .text("\(file): \(Words.count(count, "line")) could not be read and \(count == 1 ? "is" : "are") left out.")
      ])
    }
  }

  private static func blocks(_ tradeOff: TradeOff) -> [Block] {
    [
      .heading("\(tradeOff.model), \(tradeOff.text)", level: 3, anchor: Anchor.of("trade-off", tradeOff.name)),
      .paragraph([
        .text(
          "Effective bits count everything that decoding reads: codes, scales and minima, factors. On the front no other way needs fewer bits at no higher perplexity. From "
        ), .link(Link(title: tradeOff.file, file: tradeOff.file)), .text("."),
      ]),
    ] + tradeOff.plots.map { .plot($0) } + [.table(tradeOff.table)]
  }

  private static func blocks(_ record: RecordedRows<ModelBenchRow>) -> [Block] {
    let columns = [
      Table.Column("Model"), Table.Column("Engine"), Table.Column("Weights"), Table.Column("Threads", .count),
      Table.Column("Test"), Table.Column("Tokens/s"), Table.Column("Over frozen", .ratio),
      Table.Column("Of the read roof", .share),
    ]
    return [
      .heading("Whole models, measured", level: 3, anchor: Anchor.of("bench", record.file)),
      .paragraph([
        .text("What "), .code("ttq bench-model"),
        .text(
          " measured, requantization included, medians over the repetitions; a model that lies in a cache is read faster than DRAM's roof: "
        ),
        .link(Link(title: record.file, file: record.file)), .text("."),
      ]),
      .table(
        Table(
          columns: columns,
          rows: record.rows.map { row in
            let depth = row.depth > 0 ? " at \(row.depth)" : ""
            let test =
              row.promptTokens > 0 ? "prompt of \(row.promptTokens)" : "generate \(row.generatedTokens)\(depth)"
            return Table.Row(cells: [
              .text(row.model), .code(row.engine.rawValue), .code(row.type), .number(Double(row.threads)), .text(test),
              .number(row.medianTokensPerSecond), .number(row.overFrozen?.median), .number(row.readShare),
            ])
          })),
    ]
  }
}
