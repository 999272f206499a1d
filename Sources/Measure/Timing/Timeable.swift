/// Something to measure, on the thread that calls it.
package protocol Timeable: AnyObject {
  /// Cold copies of the data to rotate over, at least 1; together larger than the last-level cache for cold figures.
  var copies: Int { get }

  /// One call on the data of `copy` (0..<copies). Allocates nothing.
  func run(copy: Int)
}

/// How long and how often a workload is measured. Times are in nanoseconds.
package struct SamplingPlan: Hashable, Sendable {
  /// Time for all samples; the minimum is taken even when it does not suffice.
  package var budget: Double
  package var minimum: Int
  package var maximum: Int
  /// Sampling ends after the minimum where even the best sample is slower than this; nil never gives up.
  package var giveUpBeyond: Double?
  /// Calls shorter than this are measured several to a sample, so that the clock's cost stays below 2 %.
  package var shortestSample: Double
  /// Disturbed samples that may be discarded and taken again.
  package var repeats: Int

  package init(
    budget: Double, minimum: Int = 5, maximum: Int = 1000, giveUpBeyond: Double? = nil, shortestSample: Double = 2000,
    repeats: Int = 32
  ) {
    precondition(minimum >= 1 && maximum >= minimum && repeats >= 0)
    self.budget = budget
    self.minimum = minimum
    self.maximum = maximum
    self.giveUpBeyond = giveUpBeyond
    self.shortestSample = shortestSample
    self.repeats = repeats
  }
}

/// What sampling a workload gave.
package struct Samples: Hashable, Sendable {
  /// Nanoseconds of one call, in the order taken.
  package var nanoseconds: [Double]
  /// Calls that share a sample.
  package var batch: Int
  /// Disturbed samples that were discarded and taken again.
  package var repeated: Int
  /// Disturbed samples that stayed, because the repeats were used up.
  package var disturbed: Int
  /// Whether sampling ended early because the workload was slower than the plan's threshold.
  package var gaveUp: Bool

  package init(nanoseconds: [Double], batch: Int, repeated: Int, disturbed: Int, gaveUp: Bool) {
    self.nanoseconds = nanoseconds
    self.batch = batch
    self.repeated = repeated
    self.disturbed = disturbed
    self.gaveUp = gaveUp
  }
}
