internal import Records

/// How a variant's time depends on its stream: groups of K that it takes at once down, prefetch distance across, one map for each thread
/// count.
enum StreamMap {
  /// The maps of the variant that was timed with the most streams; of several the fastest.
  static func all(_ name: FamilyName, _ words: String, _ problems: [ProblemFindings]) -> [HeatMap] {
    let timed = problems.map { problem in problem.candidates.filter(\.isTimed) }
    let threads = Set(timed.joined().filter { $0.configuration.stream != nil }.map(\.configuration.threads)).sorted()
    return threads.compactMap { count in
      let here = timed.map { $0.filter { $0.configuration.threads == count } }
      guard let variant = variant(here) else { return nil }
      return map("\(name.rawValue)\(words): streams of \(variant), \(Words.threads(count)).", here, variant)
    }
  }

  private static func variant(_ problems: [[CandidateResult]]) -> String? {
    let streams = Dictionary(grouping: problems.joined(), by: \.variant).mapValues { results in
      Set(results.compactMap(\.configuration.stream)).count
    }
    guard let most = streams.values.max(), most > 0 else { return nil }
    let widest = streams.filter { $0.value == most }.map(\.key).sorted()
    func wins(_ variant: String) -> Int {
      problems.count { $0.min { $0.median < $1.median }?.variant == variant }
    }
    return widest.max { wins($0) < wins($1) }
  }

  private static func map(_ caption: String, _ problems: [[CandidateResult]], _ variant: String) -> HeatMap {
    var ratios: [Stream: [Double]] = [:]
    for results in problems {
      let own = results.filter { $0.variant == variant }
      guard let best = own.map(\.median).min() else { continue }
      for result in own { ratios[result.configuration.stream ?? .standard, default: []].append(best / result.median) }
    }
    let distances = Set(ratios.keys.map(\.prefetch)).sorted()
    let unrolls = Set(ratios.keys.map(\.unroll)).sorted()
    return HeatMap(
      caption: caption, corner: "Unroll",
      columns: distances.map { $0 == 0 ? "none ahead" : "\($0 >> 10) KiB ahead" },
      rows: unrolls.map { unroll in
        HeatMap.Row(
          label: "\(unroll)",
          cells: distances.map { geometricMean(ratios[Stream(unroll: unroll, prefetch: $0)] ?? []) })
      })
  }
}

extension CandidateResult {
  /// Nanoseconds; infinite where it was not timed.
  fileprivate var median: Double { timing?.medianNanoseconds ?? .infinity }
}
