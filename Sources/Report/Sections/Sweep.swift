internal import Records

extension ReportSection {
  /// How variants fare as the number of tokens grows, and where one gives way to another.
  static let sweep = ReportSection(anchor: "tokens", title: "From one token to many") { findings in
    let sweeps = TokenSweep.all(of: findings)
    guard !sweeps.isEmpty else {
      return [.paragraph([.text("No problem was measured at more than one number of tokens.")])]
    }
    return [
      .paragraph([
        .text(
          "The same weights serve one token at a time in generation and hundreds in a prompt. A cell is the best time for "
        ),
        .text(
          "that number of tokens over the variant's own: 100 % is the fastest. Below each map, in words, who gives way to whom."
        ),
      ])
    ] + sweeps.flatMap(blocks)
  }

  private static func blocks(_ sweep: TokenSweep) -> [Block] {
    let words = sweep.handovers.map { handover in
      "from T = \(handover.tokens): \(handover.variant)"
    }
    return [
      .heading(sweep.title, level: 4, anchor: sweep.anchor),
      .plot(
        Plot(
          caption: "\(sweep.title): the rate of each variant against the number of tokens.",
          x: .init(title: "tokens", isLogarithmic: true, isBinary: true), y: .init(title: "GOP/s", isLogarithmic: true),
          series: sweep.lines)),
      .heatMap(
        HeatMap(
          caption: "\(sweep.title): best time over own time.", corner: "Variant",
          columns: sweep.tokens.map { "T = \($0)" }, rows: sweep.rows)),
      .paragraph([.strong("Fastest: "), .text(words.joined(separator: "; ") + ".")]),
    ]
  }
}

/// The problems that differ in their number of tokens alone, within one thread count.
private struct TokenSweep {
  var title: String
  var anchor: String
  var tokens: [Int]
  var rows: [HeatMap.Row]
  var lines: [Plot.Series]
  /// The number of tokens from which a variant is the fastest of those measured.
  var handovers: [(tokens: Int, variant: String)]

  static func all(of findings: Findings) -> [TokenSweep] {
    let groups = Dictionary(grouping: findings.problems.filter { $0.problem.tokens > 0 }) { problem in
      var problem = problem.problem
      problem.tokens = 0
      return problem
    }
    let order = groups.sorted { $0.value[0].problem.name < $1.value[0].problem.name }
    return order.flatMap { _, problems in
      let threads = Set(problems.flatMap { $0.candidates.map(\.configuration.threads) }).sorted()
      return threads.compactMap { TokenSweep(problems, threads: $0) }
    }
  }

  private init?(_ problems: [ProblemFindings], threads: Int) {
    let byTokens = problems.sorted { $0.problem.tokens < $1.problem.tokens }.map { problem in
      let timed = problem.candidates.filter {
        $0.status == .correct && $0.configuration.threads == threads && ($0.timing?.medianNanoseconds ?? 0) > 0
      }
      let fastest = Dictionary(grouping: timed, by: \.variant).compactMapValues { results in
        results.min { ($0.timing?.medianNanoseconds ?? .infinity) < ($1.timing?.medianNanoseconds ?? .infinity) }
      }
      return (tokens: problem.problem.tokens, fastest: fastest)
    }.filter { !$0.fastest.isEmpty }
    guard byTokens.count > 1, let first = problems.first else { return nil }
    let variants = Set(byTokens.flatMap(\.fastest.keys)).sorted { (Ladder.step($0), $0) < (Ladder.step($1), $1) }
    let problem = first.problem
    title = [
      problem.family.rawValue, first.shape.replacing(/, T = \d+$/, with: ""), problem.formatName,
      threads == 1 ? "1 thread" : "\(threads) threads",
    ].filter { !$0.isEmpty }.joined(separator: " · ")
    anchor = "tokens-\(first.anchor)-\(threads)"
    tokens = byTokens.map(\.tokens)
    let best = byTokens.map { entry in entry.fastest.values.compactMap(\.timing?.medianNanoseconds).min() ?? .nan }
    rows = variants.map { variant in
      HeatMap.Row(
        label: variant,
        cells: zip(byTokens, best).map { entry, best in
          entry.fastest[variant]?.timing.map { best / $0.medianNanoseconds }
        })
    }
    let winners = byTokens.map { entry in
      entry.fastest.min { ($0.value.timing?.medianNanoseconds ?? 0) < ($1.value.timing?.medianNanoseconds ?? 0) }?.key
    }
    // The reference lies orders of magnitude below and would flatten the rest.
    lines = variants.filter { !Ladder.isReference($0) }.map { variant in
      Plot.Series(
        name: variant,
        points: zip(byTokens, winners).compactMap { entry, winner in
          guard let result = entry.fastest[variant], let timing = result.timing,
            let rate = result.cost.rate(.gigaoperationsPerSecond, nanoseconds: timing.medianNanoseconds), rate > 0
          else { return nil }
          return Plot.Point(
            x: Double(entry.tokens), y: rate,
            low: result.cost.rate(.gigaoperationsPerSecond, nanoseconds: timing.highNanoseconds),
            high: result.cost.rate(.gigaoperationsPerSecond, nanoseconds: timing.lowNanoseconds),
            label: "\(variant), T = \(entry.tokens): \(Unit.significant(rate)) GOP/s", highlighted: variant == winner)
        }, joined: true)
    }
    var handovers: [(tokens: Int, variant: String)] = []
    for (tokens, winner) in zip(tokens, winners) {
      guard let winner, handovers.last?.variant != winner else { continue }
      handovers.append((tokens, winner))
    }
    self.handovers = handovers
  }
}
