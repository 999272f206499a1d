/// Measures every point in full, in the order of the space.
struct ExhaustiveSearch: SearchStrategy {
  private var rest: Range<Int>

  init(_ space: SearchSpace, seed: UInt64) {
    rest = space.points.indices
  }

  mutating func next(_ evidence: Evidence) -> SearchOrder? { rest.popFirst().map { SearchOrder(point: $0) } }

  var left: Int { rest.count }
}
