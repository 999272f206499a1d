/// What a measurement gave.
package struct Observation: Hashable, Sendable {
  /// Nanoseconds of one call; nil where the candidate is not correct.
  package var median: Double?
  /// The share of a full measurement that was spent on it, 0...1.
  package var share: Double

  package init(median: Double?, share: Double) {
    self.median = median
    self.share = share
  }
}

/// What a search knows so far: the observation of each point and what they let it expect of the others.
package struct Evidence: Sendable {
  package let space: SearchSpace
  package private(set) var observations: [Observation?]
  /// The fastest point of each place with its median.
  private var leaders: [(point: Int, median: Double)?]
  private var forecast = Forecast()

  package init(_ space: SearchSpace) {
    self.space = space
    observations = space.points.map { _ in nil }
    leaders = space.places.map { _ in nil }
  }

  package mutating func add(_ observation: Observation, of point: Int) {
    observations[point] = observation
    guard let median = observation.median else { return }
    let place = space.placeOf[point]
    if median < leaders[place]?.median ?? .infinity { leaders[place] = (point, median) }
    forecast.learn(space.points[point], median: median)
  }

  package func median(_ point: Int) -> Double? { observations[point]?.median }

  /// The fastest of the points that compete with `point`, itself included; nil where none was measured.
  package func leader(against point: Int) -> (point: Int, median: Double)? { leaders[space.placeOf[point]] }

  /// The least median among the points that compete with `point`, itself included; nil where none was measured.
  package func best(against point: Int) -> Double? { leader(against: point)?.median }

  /// Nanoseconds that `point` should take, from the same variant on other problems; nil where there is nothing to go by.
  package func expected(_ point: Int) -> Forecast.Expectation? { forecast.expected(space.points[point]) }

  /// The measured points of `group` with their medians, the fastest first.
  package func ranked(_ group: [Int]) -> [(point: Int, median: Double)] {
    group.compactMap { point in median(point).map { (point, $0) } }.sorted { $0.median < $1.median }
  }
}
