internal import Measure

/// How much of the time is over, and how much more is needed.
struct Pace {
  private let start: UInt64
  private let limit: Double?
  private var spent = 0.0
  private var finished = 0

  /// - Parameter limit: nanoseconds from now for everything, or nil.
  init(limit: Double?) {
    start = MonotonicClock.now()
    self.limit = limit
  }

  private var elapsed: Double { Double(MonotonicClock.now() - start) }

  /// Nanoseconds left, or nil without a limit.
  var left: Double? { limit.map { $0 - elapsed } }

  /// Nanoseconds left until a share of the time is over, or nil without a limit.
  func left(before share: Double) -> Double? { limit.map { $0 * share - elapsed } }

  func isOver(before share: Double) -> Bool { left(before: share).map { $0 <= 0 } ?? false }

  /// Takes note that a measurement took `nanoseconds` in all.
  mutating func note(nanoseconds: Double) {
    spent += nanoseconds
    finished += 1
  }

  /// Seconds until `count` more are measured, by estimate.
  func secondsLeft(for count: Int) -> Double? {
    guard finished > 0 else { return left.map { max(0, $0) / 1e9 } }
    let estimate = spent / Double(finished) * Double(count)
    return max(0, min(estimate, left ?? estimate)) / 1e9
  }
}
