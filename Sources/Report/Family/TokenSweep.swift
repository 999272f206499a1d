internal import Foundation
internal import Records

/// The problems that differ in their number of tokens alone, within one thread count.
///
/// The same weights serve one token at a time in generation and hundreds in a prompt: a sweep shows who gives way to whom on the way.
struct TokenSweep {
  private var title: String
  private var tokens: [Int]
  private var rows: [HeatMap.Row]
  private var lines: [Plot.Series]
  /// The number of tokens from which a variant is the fastest of those measured, and in words where it takes over.
  private var handovers: [(tokens: Int, variant: String, place: String)]

  /// Sweeps of a family of which each has a plot; where there are more, as of several formats, all but the first have the map alone, whose
  /// cells say the same.
  private static let plotted = 12

  /// The effect of T on the problems of a family: the first shape at once, the others folded.
  static func blocks(_ problems: [ProblemFindings]) -> [Block] {
    let sweeps = all(of: problems)
    return sweeps.enumerated().map { index, sweep in
      index == 0
        ? sweep.firstBlocks
        : [.folded(title: "\(sweep.title): \(sweep.words)", sweep.foldedBlocks(isPlotted: sweeps.count <= plotted))]
    }.flatMap(\.self)
  }

  private var words: String {
    guard let first = handovers.first, let last = tokens.last else { return "" }
    let later = handovers.dropFirst().map { "\($0.variant) from \($0.place)" }
    return later.isEmpty
      ? "\(first.variant) is the fastest from T = \(first.tokens) to \(last)"
      : "\(first.variant) is the fastest at T = \(first.tokens), \(Words.list(later))"
  }

  private var firstBlocks: [Block] {
    [
      .paragraph([.strong("The effect of T. "), .text("\(title): \(words).")]), .plot(plot(isSmall: false)),
      .folded(title: "Best time over own time", [.heatMap(map)]),
    ]
  }

  private func foldedBlocks(isPlotted: Bool) -> [Block] {
    isPlotted ? [.plot(plot(isSmall: true)), .heatMap(map)] : [.heatMap(map)]
  }

  private func plot(isSmall: Bool) -> Plot {
    Plot(
      caption: "\(title): the rate of each variant against the number of tokens.",
      x: .init(title: "tokens", isLogarithmic: true, isBinary: true), y: .init(title: "GOP/s", isLogarithmic: true),
      series: lines, isSmall: isSmall)
  }

  private var map: HeatMap {
    HeatMap(
      caption: "\(title): best time over own time, 100 % is the fastest.", corner: "Variant",
      columns: tokens.map { "T = \($0)" }, rows: rows)
  }

  private static func all(of problems: [ProblemFindings]) -> [TokenSweep] {
    let groups = Dictionary(grouping: problems.filter { $0.problem.tokens > 0 }) { problem in
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
      problem.family.rawValue, first.matrix, problem.formatName,
      Words.threads(threads),
    ].filter { !$0.isEmpty }.joined(separator: " · ")
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
    var handovers: [(tokens: Int, variant: String, place: String)] = []
    for (index, winner) in winners.enumerated() {
      guard let winner, handovers.last?.variant != winner else { continue }
      let loser = handovers.last?.variant
      let cut = loser.flatMap { Self.cutOver(byTokens[index - 1], byTokens[index], from: $0, to: winner) }
      let here = byTokens[index].tokens
      let between = index > 0 ? "somewhere between T = \(byTokens[index - 1].tokens) and \(here)" : "T = \(here)"
      handovers.append((here, winner, cut.map { "about T = \(Int($0.rounded()))" } ?? between))
    }
    self.handovers = handovers
  }

  /// The number of tokens at which two variants take equally long, where both were measured before and after it: times are taken to be
  /// powers of T in between.
  private static func cutOver(
    _ before: (tokens: Int, fastest: [String: CandidateResult]),
    _ after: (tokens: Int, fastest: [String: CandidateResult]),
    from loser: String, to winner: String
  ) -> Double? {
    func lead(_ entry: (tokens: Int, fastest: [String: CandidateResult])) -> Double? {
      guard let a = entry.fastest[loser]?.timing?.medianNanoseconds, a > 0,
        let b = entry.fastest[winner]?.timing?.medianNanoseconds, b > 0
      else { return nil }
      return log(a / b)
    }
    guard let first = lead(before), let second = lead(after), first < 0, second > 0 else { return nil }
    let (low, high) = (log(Double(before.tokens)), log(Double(after.tokens)))
    let place = exp(low + (high - low) * -first / (second - first))
    return place.isFinite ? place : nil
  }
}
