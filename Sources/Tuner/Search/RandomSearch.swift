internal import Kernels

/// Measures points drawn at random without replacement, in full: what any other strategy has to beat.
struct RandomSearch: SearchStrategy {
  private var rest: [Int]

  init(_ space: SearchSpace, seed: UInt64) {
    var random = TrialRandom(seed: seed)
    rest = space.points.indices.shuffled(using: &random)
  }

  mutating func next(_ evidence: Evidence) -> SearchOrder? { rest.popLast().map { SearchOrder(point: $0) } }

  var left: Int { rest.count }
}
