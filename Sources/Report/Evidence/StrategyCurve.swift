/// How far a strategy's winners are behind the best of a recorded space, against the time that it took.
package struct StrategyCurve: Hashable, Sendable {
  package struct Moment: Hashable, Sendable {
    /// The share of the time that measuring the whole space took.
    package var fraction: Double
    /// The geometric mean of the regrets, 0.02 for two per cent, and the largest.
    package var mean: Double
    package var worst: Double

    package init(fraction: Double, mean: Double, worst: Double) {
      self.fraction = fraction
      self.mean = mean
      self.worst = worst
    }
  }

  package var strategy: String
  package var isDefault: Bool
  package var points: Int
  package var problems: Int
  package var moments: [Moment]

  package init(strategy: String, isDefault: Bool, points: Int, problems: Int, moments: [Moment]) {
    self.strategy = strategy
    self.isDefault = isDefault
    self.points = points
    self.problems = problems
    self.moments = moments
  }
}
