internal import Foundation
package import Records

/// Statistics that assume nothing of a distribution, for samples with a long tail to the right.
package enum Statistics {
  /// The middle value, or the mean of the two middle ones. `values` is not empty.
  package static func median(_ values: [Double]) -> Double { quantile(values, 0.5) }

  /// The value below which the share `q` (0...1) of the values lies, interpolated linearly between neighbours.
  package static func quantile(_ values: [Double], _ q: Double) -> Double {
    quantile(sorted: values.sorted(), q)
  }

  /// An interval that holds the median of the distribution with at least `confidence`, from order statistics.
  ///
  /// Below six samples no two order statistics reach 95 %; the interval is then smallest...largest.
  package static func medianInterval(_ values: [Double], confidence: Double = 0.95) -> ClosedRange<Double> {
    precondition(!values.isEmpty)
    let ordered = values.sorted()
    let ranks = medianRanks(count: ordered.count, confidence: confidence)
    return ordered[ranks.lowerBound]...ordered[ranks.upperBound]
  }

  /// The places (from 0) of the order statistics that bound the median of `count` samples.
  ///
  /// Each sample falls below the median with probability 1/2, so the number below is binomial: the lower place is the
  /// largest whose tail stays within half of `1 - confidence`, and the upper one mirrors it.
  package static func medianRanks(count: Int, confidence: Double = 0.95) -> ClosedRange<Int> {
    precondition(count > 0)
    let tail = (1 - confidence) / 2
    // In logarithms, for 2^-count leaves the range of Double at 1075 samples.
    var logTerm = -Double(count) * log(2.0)
    var below = exp(logTerm)
    var rank = 0
    while rank < (count - 1) / 2, below <= tail {
      logTerm += log(Double(count - rank) / Double(rank + 1))
      below += exp(logTerm)
      rank += 1
    }
    let lower = below <= tail ? rank : max(rank - 1, 0)
    return lower...(count - 1 - lower)
  }

  /// How much slower `rounds` is than `others`, paired by round: the median of the logarithms of their ratios, and the interval of a
  /// sign test for it, which holds for each of `comparisons` made at once (Bonferroni).
  package static func logRatio(
    _ rounds: [Double], to others: [Double], comparisons: Int = 1, confidence: Double = 0.95
  ) -> (median: Double, interval: ClosedRange<Double>) {
    precondition(!rounds.isEmpty && rounds.count == others.count && comparisons >= 1)
    let ratios = zip(rounds, others).map { log($0 / $1) }
    let each = 1 - (1 - confidence) / Double(comparisons)
    return (median(ratios), medianInterval(ratios, confidence: each))
  }

  static func quantile(sorted values: [Double], _ q: Double) -> Double {
    precondition(!values.isEmpty && (0...1).contains(q))
    let place = q * Double(values.count - 1)
    let lower = Int(place)
    let upper = min(lower + 1, values.count - 1)
    return values[lower] + (values[upper] - values[lower]) * (place - Double(lower))
  }
}

extension Timing {
  /// The median of `samples` in nanoseconds with its 95 % interval. `samples` is not empty.
  package init(samples: [Double]) {
    let interval = Statistics.medianInterval(samples)
    self.init(
      medianNanoseconds: Statistics.median(samples), lowNanoseconds: interval.lowerBound,
      highNanoseconds: interval.upperBound, samples: samples.count)
  }
}
