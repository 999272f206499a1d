internal import Records

extension ReportSection {
  /// Every correct candidate, with the fastest of its streams, under the measured ceilings, one plot for each thread count.
  static let rooflines = ReportSection(anchor: "rooflines", title: "Rooflines") { findings in
    let points = findings.problems.flatMap { problem in
      problem.candidates.fastestStreams.compactMap { point($0, of: problem) }
    }
    guard !points.isEmpty else { return [.paragraph([.text("No candidate was timed.")])] }
    let threads = Set(points.map(\.threads)).sorted()
    let plots = threads.compactMap { count in
      plot(points.filter { $0.threads == count }, threads: count, roofs: findings.input.roofs)
    }
    return [
      .paragraph([
        .text(
          "Across: operations for each byte that a problem must move. Up: the rate reached. Slanted lines are measured bandwidths, level ones "
        ),
        .text(
          "measured arithmetic. A point above both of its lines met a faster moment than its roof did, for roofs are measured once, or caches that held what "
        ),
        .text(
          "the analytic count takes from memory. Winners are larger; every point tells its name when it is pointed at, and arrow keys go from one to the next."
        ),
      ])
    ] + plots.map { .plot($0) }
  }

  private struct RoofPoint {
    var family: FamilyName
    var threads: Int
    var point: Plot.Point
  }

  private static func point(_ result: CandidateResult, of problem: ProblemFindings) -> RoofPoint? {
    guard result.status == .correct, let median = result.timing?.medianNanoseconds, result.cost.bytes > 0,
      result.cost.operations > 0, let rate = result.cost.rate(.gigaoperationsPerSecond, nanoseconds: median), rate > 0
    else { return nil }
    let name = "\(problem.problem.family.rawValue) \(result.label), \(problem.shape): \(Unit.significant(rate)) GOP/s"
    return RoofPoint(
      family: problem.problem.family, threads: result.configuration.threads,
      point: Plot.Point(
        x: result.cost.operations / result.cost.bytes, y: rate, label: name, highlighted: problem.isWinner(result)))
  }

  private static func plot(_ points: [RoofPoint], threads: Int, roofs: RoofSet) -> Plot? {
    let places = points.map(\.point.x)
    guard let low = places.min(), let high = places.max() else { return nil }
    let families = FamilyName.allCases.filter { name in points.contains { $0.family == name } }
    return Plot(
      caption: "Roofline, \(Words.threads(threads)).",
      x: .init(title: "operations per byte", isLogarithmic: true, least: low / 6),
      y: .init(title: "GOP/s", isLogarithmic: true),
      series: families.map { name in
        Plot.Series(name: name.rawValue, points: points.filter { $0.family == name }.map(\.point))
      },
      ceilings: roofs.roofs.compactMap { roof in
        guard roof.threads == threads, let value = roof.value, value.isFinite, value > 0 else { return nil }
        // Left of the points there is room for the names of the bandwidths.
        let (from, to) = (low / 6, high * 2)
        let name = "\(RoofName.words(roof.kind)) \(Unit.significant(value)) \(roof.kind.unit)"
        return Plot.Ceiling(
          name: name, from: (from, roof.kind.isBandwidth ? value * from : value),
          to: (to, roof.kind.isBandwidth ? value * to : value))
      })
  }
}
