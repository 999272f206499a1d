internal import Measure

/// Divides the time that is left among the candidates that are left.
struct Pace {
  private let start: UInt64
  private let limit: Double?
  private let mostBudget: Double
  /// What a candidate takes besides its sampling budget: making operands, checking, the minimum of samples.
  private var overhead = 10e6
  private var spent = 0.0
  private var finished = 0

  /// - Parameters:
  ///   - limit: nanoseconds from now for everything, or nil.
  ///   - mostBudget: nanoseconds of sampling that one candidate gets at most.
  init(limit: Double?, mostBudget: Double) {
    start = MonotonicClock.now()
    self.limit = limit
    self.mostBudget = mostBudget
  }

  private var elapsed: Double { Double(MonotonicClock.now() - start) }

  /// Nanoseconds left, or nil without a limit.
  var left: Double? { limit.map { $0 - elapsed } }

  /// Nanoseconds left until a share of the time is over, or nil without a limit.
  func left(before share: Double) -> Double? { limit.map { $0 * share - elapsed } }

  func isOver(before share: Double) -> Bool { left(before: share).map { $0 <= 0 } ?? false }

  /// Nanoseconds of sampling for the next of `count` candidates that share the time until a share of the whole is over.
  func budget(of count: Int, before share: Double) -> Double {
    guard let left = left(before: share) else { return mostBudget }
    return min(max(left / Double(max(count, 1)) - overhead, 2e6), mostBudget)
  }

  /// Takes note that a candidate with a sampling budget took `nanoseconds` in all.
  mutating func note(budget: Double, nanoseconds: Double) {
    overhead += 0.1 * (max(nanoseconds - budget, 0) - overhead)
    spent += nanoseconds
    finished += 1
  }

  /// Seconds until `count` more candidates are measured, by estimate.
  func secondsLeft(for count: Int) -> Double? {
    guard finished > 0 else { return left.map { max(0, $0) / 1e9 } }
    let estimate = spent / Double(finished) * Double(count)
    return max(0, min(estimate, left ?? estimate)) / 1e9
  }
}
