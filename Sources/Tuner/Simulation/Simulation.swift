internal import Records

/// Strategies at work on a recorded space, with what their winners lose against the time that they took.
package struct Simulation: Sendable {
  private let recorded: RecordedSpace
  private let seed: UInt64

  /// The share of a full measurement that a contender of a play-off gets, its rounds, and how many take part.
  private static let playOff = (share: 1.0 / 8, rounds: 9, finalists: 3)
  /// The share of limited time that belongs to the strategy, as in a tuning; the rest is for the play-offs.
  private static let screening = 0.75

  package init(_ recorded: RecordedSpace, seed: UInt64 = 1) {
    self.recorded = recorded
    self.seed = seed
  }

  /// Runs one strategy to its end, or until it took the share `limit` of the time that measuring the whole space took.
  package func run(_ row: StrategyRow, limit: Double? = nil) -> SimulationOutcome {
    var search = Search(row, space: recorded.space, seed: seed)
    var standing = Standing(recorded)
    var spent = 0.0
    var curve = [RegretPoint(fraction: 0, regret: standing.regret)]
    while limit.map({ spent < $0 * Self.screening * recorded.elapsed }) ?? true, let order = search.next() {
      let (observation, time) = recorded.measure(order, best: search.evidence.best(against: order.point))
      search.add(observation, of: order.point)
      spent += time
      if let median = observation.median { standing.note(order.point, median: median) }
      curve.append(RegretPoint(fraction: spent / recorded.elapsed, regret: standing.regret))
    }
    for contest in contests(search.evidence) {
      let played = contest.compactMap { point in
        recorded.playOff(point, share: Self.playOff.share, rounds: Self.playOff.rounds).map { (point, $0) }
      }
      let time = played.reduce(0) { $0 + $1.1.nanoseconds }
      if let limit, spent + time > limit * recorded.elapsed { continue }
      spent += time
      for (point, result) in played { standing.note(point, median: result.median, final: true) }
      curve.append(RegretPoint(fraction: spent / recorded.elapsed, regret: standing.regret))
    }
    return SimulationOutcome(
      strategy: row.name, isDefault: row.name == StrategyRow.standard.name, points: recorded.space.points.count,
      problems: standing.problems, regret: standing.regret, answers: standing.answers,
      losing: standing.losing(more: SimulationOutcome.loss),
      fraction: spent / recorded.elapsed, curve: curve)
  }

  /// The contests that the search leaves open; those whose contenders were all measured in full need none.
  private func contests(_ evidence: Evidence) -> [[Int]] {
    let points = Dictionary(recorded.space.points.indices.map { (recorded.space.points[$0].key, $0) }) { first, _ in
      first
    }
    let seen = recorded.results.indices.compactMap { point -> CandidateResult? in
      guard let median = evidence.median(point) else { return nil }
      var result = recorded.results[point]
      result.timing?.medianNanoseconds = median
      return result
    }
    return Contest.all(seen, count: Self.playOff.finalists).map { contest in
      contest.contenders.compactMap { points[$0.key] }
    }.filter { contenders in contenders.contains { evidence.observations[$0]?.share ?? 1 < 1 } }
  }
}

/// A moment of a search: how much of the whole space's measuring time was spent, and what the winners lose.
package struct RegretPoint: Hashable, Sendable {
  package var fraction: Double
  package var regret: Regret
}

/// What a strategy reached on a recorded space.
package struct SimulationOutcome: Hashable, Sendable {
  package var strategy: String
  package var isDefault: Bool
  package var points: Int
  package var problems: Int
  package var regret: Regret
  /// The questions that it answers, each a problem with a number of threads.
  package var answers: Int
  /// Those of its answers that lose more than `loss`, the worst first.
  package var losing: [LosingAnswer]
  /// The share of the whole space's measuring time that it took.
  package var fraction: Double
  /// The regret after each measurement.
  package var curve: [RegretPoint]

  /// An answer that is slower than the best by more than this is worth a line.
  package static let loss = 0.05

  /// The regret once the share `fraction` of the time was spent.
  package func regret(at fraction: Double) -> Regret? { curve.last { $0.fraction <= fraction }?.regret }
}

extension SimulationOutcome: Encodable {
  private enum CodingKeys: String, CodingKey {
    case strategy
    case isDefault = "default"
    case points, problems
    case mean = "regret_mean"
    case worst = "regret_worst"
    case fraction
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(strategy, forKey: .strategy)
    try values.encode(isDefault, forKey: .isDefault)
    try values.encode(points, forKey: .points)
    try values.encode(problems, forKey: .problems)
    try values.encode(regret.mean, forKey: .mean)
    try values.encode(regret.worst, forKey: .worst)
    try values.encode(fraction, forKey: .fraction)
  }
}
