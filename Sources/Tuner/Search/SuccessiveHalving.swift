internal import Records

/// A short look at every point that may win, then a longer one at the best of each bracket (Jamieson, Talwalkar 2016); what is left is
/// for the play-off.
///
/// The look begins with the rule's choice for each problem, so that a search cut short still answers all of them, then takes one kind of
/// kernel after the other, from small matrices to large ones: what a variant took there tells where it cannot win. Other streams come last,
/// for variants that may win.
struct SuccessiveHalving: SearchStrategy {
  private let space: SearchSpace
  /// Points of the rung at hand, the next one last.
  private var queue: [Int]
  private var rung = 0

  /// The share of a full measurement that each rung spends on a point.
  private static let shares = [1.0 / 32, 1.0 / 8]
  /// Samples that a look takes at least.
  private static let samples = [3, 5]
  /// A point has no chance where it is expected to take this many times as long as the best; from a problem that is not alike less is known.
  private static let chance = (alike: 1.3, other: 2.0)
  /// Points slower than the best of their bracket by more than this do not go on.
  private static let stays = 1.25
  /// A layout whose best is slower than that of another one by more than this has no next rung.
  private static let hopelessLayout = 1.5
  /// Of a bracket's points one in so many goes on, but no fewer than the play-off takes.
  private static let reduction = 4
  private static let finalists = 3

  init(_ space: SearchSpace, seed: UInt64) {
    self.space = space
    let points = space.points
    func rank(_ index: Int) -> (Int, Int, Double, Int) {
      let (tier, isUsual) = (points[index].tier, points[index].key.configuration.stream == nil)
      let stage = isUsual ? tier.rawValue : SearchPoint.Tier.reference.rawValue + 1
      return (stage, space.memoryOf[index], points[index].floor, index)
    }
    queue = points.indices.sorted { rank($0) > rank($1) }
  }

  mutating func next(_ evidence: Evidence) -> SearchOrder? {
    while true {
      while let point = queue.popLast() {
        if rung > 0 || mayWin(point, evidence) {
          return SearchOrder(point: point, share: Self.shares[rung], minimumSamples: Self.samples[rung])
        }
      }
      rung += 1
      guard rung < Self.shares.count else { return nil }
      queue = survivors(evidence).reversed()
    }
  }

  var left: Int { queue.count }

  private func mayWin(_ point: Int, _ evidence: Evidence) -> Bool {
    guard let best = evidence.best(against: point) else { return true }
    guard let expected = evidence.expected(point) else {
      let candidate = space.points[point]
      return !candidate.isBounded || candidate.tier.leastLoss * candidate.floor <= best
    }
    let chance = expected.isAlike ? Self.chance.alike : Self.chance.other
    return expected.nanoseconds <= chance * best
  }

  /// The best of each bracket that has more of them than a play-off takes.
  private func survivors(_ evidence: Evidence) -> [Int] {
    space.brackets.flatMap { bracket in
      let ranked = evidence.ranked(bracket)
      guard let first = ranked.first, let best = evidence.best(against: first.point),
        first.median <= Self.hopelessLayout * best
      else { return [Int]() }
      let near = ranked.filter { $0.median <= Self.stays * first.median }
      guard near.count > Self.finalists else { return [] }
      return near.prefix(max(Self.finalists, ranked.count / Self.reduction)).map(\.point)
    }
  }
}
