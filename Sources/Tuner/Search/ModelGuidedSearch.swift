/// Measures, place after place, the point with the least predicted time, until no prediction beats what was measured.
///
/// A prediction is what the same variant took on another problem, scaled by the roofs; of a variant not seen yet it is the roof itself
/// times what its kind usually loses to it.
struct ModelGuidedSearch: SearchStrategy {
  private let space: SearchSpace
  /// Places from small problems to large ones, the next one last.
  private var places: [Int]

  private static let share = 0.125
  private static let samples = 5
  /// A prediction may be off by this much: what is predicted slower than the best by more is skipped.
  private static let margin = 1.1

  init(_ space: SearchSpace, seed: UInt64) {
    self.space = space
    places = space.places.indices.sorted {
      let (a, b) = (space.points[space.places[$0][0]].floor, space.points[space.places[$1][0]].floor)
      return (a, $0) > (b, $1)
    }
  }

  mutating func next(_ evidence: Evidence) -> SearchOrder? {
    while let place = places.last {
      let open = space.places[place].filter { evidence.observations[$0] == nil }
      let ranked = open.map { (point: $0, time: predicted($0, evidence)) }.sorted { $0.time < $1.time }
      if let first = ranked.first {
        let limit = evidence.best(against: first.point).map { $0 * Self.margin } ?? .infinity
        if first.time <= limit {
          return SearchOrder(point: first.point, share: Self.share, minimumSamples: Self.samples)
        }
      }
      places.removeLast()
    }
    return nil
  }

  var left: Int { places.reduce(0) { $0 + space.places[$1].count } }

  private func predicted(_ point: Int, _ evidence: Evidence) -> Double {
    if let expected = evidence.expected(point), expected.sameTokens { return expected.nanoseconds }
    let candidate = space.points[point]
    return candidate.isBounded ? candidate.tier.leastLoss * candidate.floor : 0
  }
}
