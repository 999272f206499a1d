/// A strategy at work on a space: hands out its orders and keeps what came of them.
package struct Search: Sendable {
  private var strategy: any SearchStrategy
  package private(set) var evidence: Evidence

  package init(_ row: StrategyRow, space: SearchSpace, seed: UInt64) {
    strategy = row.make(space, seed)
    evidence = Evidence(space)
  }

  /// The next measurement that the strategy wants, or nil where it has enough.
  package mutating func next() -> SearchOrder? { strategy.next(evidence) }

  package mutating func add(_ observation: Observation, of point: Int) {
    evidence.add(observation, of: point)
  }

  /// Measurements still to come, at most.
  package var left: Int { strategy.left }
}
