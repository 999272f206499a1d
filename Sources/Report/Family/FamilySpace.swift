internal import Records

/// The space of a family as maps: layout and tile, and threads, each cell the best time of a problem over the time there, averaged over
/// problems.
enum FamilySpace {
  static func blocks(_ name: FamilyName, _ problems: [ProblemFindings]) -> [Block] {
    let classes = Dictionary(grouping: problems) { $0.problem.tokens > 1 }
    let maps = [false, true].flatMap { isMany -> [Block] in
      guard let problems = classes[isMany] else { return [] }
      let tokens = Set(problems.map(\.problem.tokens)).sorted()
      let words = tokens == [0] ? "" : ", T = \(Words.list(tokens.map(String.init)))"
      let maps = [tiles(name, words, problems), threads(name, words, problems)] + StreamMap.all(name, words, problems)
      return maps.compactMap { $0 }.map { .heatMap($0) }
    }
    guard !maps.isEmpty else { return [] }
    let note =
      "Best time over own time, the geometric mean over the problems on which a candidate was timed; 100 % is the best everywhere."
    return [.folded(title: "Maps of the space", [.paragraph([.text(note)])] + maps)]
  }

  /// Tiles down, layouts across, at the thread count that each problem is fastest with.
  private static func tiles(_ name: FamilyName, _ words: String, _ problems: [ProblemFindings]) -> HeatMap? {
    let layouts = PackedLayout.allCases.filter { layout in
      problems.contains { $0.candidates.contains { $0.layout == layout && $0.isTimed } }
    }
    guard layouts.count > 1 else { return nil }
    return map(
      "\(name.rawValue)\(words): implementation and tile by layout.", corner: "Tile", problems,
      columns: layouts.map(\.rawValue), row: { $0.variant }, column: { $0.layout?.rawValue })
  }

  private static func threads(_ name: FamilyName, _ words: String, _ problems: [ProblemFindings]) -> HeatMap? {
    let configurations = Set(problems.flatMap { $0.candidates.filter(\.isTimed).map(\.configuration.sharing) })
      .sorted { ($0.threads, $0.split.rawValue) < ($1.threads, $1.split.rawValue) }
    guard configurations.count > 1 else { return nil }
    return map(
      "\(name.rawValue)\(words): variant by threads and what they divide.", corner: "Variant", problems,
      columns: configurations.map(\.description), row: { $0.variant },
      column: { $0.configuration.sharing.description })
  }

  private static func map(
    _ caption: String, corner: String, _ problems: [ProblemFindings], columns: [String],
    row: (CandidateResult) -> String, column: (CandidateResult) -> String?
  ) -> HeatMap? {
    var ratios: [String: [String: [Double]]] = [:]
    for problem in problems {
      let timed = problem.candidates.filter(\.isTimed)
      guard let best = timed.compactMap(\.timing?.medianNanoseconds).min() else { continue }
      // Of several candidates in a cell the fastest stands for it.
      var cells: [String: [String: Double]] = [:]
      for result in timed {
        guard let name = column(result), let median = result.timing?.medianNanoseconds else { continue }
        let ratio = best / median
        cells[row(result), default: [:]][name] = max(ratio, cells[row(result)]?[name] ?? 0)
      }
      for (label, columns) in cells {
        for (name, ratio) in columns { ratios[label, default: [:]][name, default: []].append(ratio) }
      }
    }
    let labels = ratios.keys.sorted { (Ladder.step($0), $0) < (Ladder.step($1), $1) }
    guard !labels.isEmpty else { return nil }
    return HeatMap(
      caption: caption, corner: corner, columns: columns,
      rows: labels.map { label in
        HeatMap.Row(label: label, cells: columns.map { geometricMean(ratios[label]?[$0] ?? []) })
      })
  }
}

extension CandidateResult {
  /// Whether it was correct and has a time to compare.
  var isTimed: Bool {
    guard status == .correct, let median = timing?.medianNanoseconds else { return false }
    return median.isFinite && median > 0
  }
}
