package import Records

/// One measurement that a strategy asks for.
package struct SearchOrder: Hashable, Sendable {
  package var point: Int
  /// The share of a full measurement's time, above 0 and up to 1.
  package var share: Double
  /// Samples to take even where the time does not suffice; nil for as many as the rigor asks.
  package var minimumSamples: Int?

  package init(point: Int, share: Double = 1, minimumSamples: Int? = nil) {
    self.point = point
    self.share = share
    self.minimumSamples = minimumSamples
  }
}

/// A way of searching a space: a value that asks for one measurement after the other and sees what came of them.
///
/// It knows no clock, worker or file, so the same code searches on the machine and on a recorded space.
package protocol SearchStrategy: Sendable {
  init(_ space: SearchSpace, seed: UInt64)

  /// The next measurement, or nil where the search is over. Asked again once its observation is in `evidence`.
  mutating func next(_ evidence: Evidence) -> SearchOrder?

  /// Measurements still to come, at most, as far as can be told now.
  var left: Int { get }
}

/// One row of the list of strategies.
package struct StrategyRow: Sendable {
  package let name: String
  package let summary: String
  package let make: @Sendable (SearchSpace, UInt64) -> any SearchStrategy

  init<Strategy: SearchStrategy>(_ name: String, _ summary: String, _: Strategy.Type) {
    self.name = name
    self.summary = summary
    make = { Strategy($0, seed: $1) }
  }

  /// Every strategy.
  package static let all = [
    StrategyRow("exhaustive", "every point in full", ExhaustiveSearch.self),
    StrategyRow("random", "points drawn at random, in full", RandomSearch.self),
    StrategyRow("halving", "a short look at what may win, a longer one at the best of it", SuccessiveHalving.self),
    StrategyRow("descent", "one coordinate at a time from the rule's choice", CoordinateDescent.self),
    StrategyRow("model", "the best predicted first, until no prediction beats the best", ModelGuidedSearch.self),
  ]

  /// The strategy called `name`, or nil.
  package static func named(_ name: String) -> StrategyRow? { all.first { $0.name == name } }

  /// What `rigor` searches with unless another strategy is asked for.
  package static func standard(for rigor: Rigor) -> StrategyRow { rigor == .exhaustive ? all[0] : standard }

  /// The strategy of every rigor that does not measure all there is.
  package static let standard = all[2]
}
