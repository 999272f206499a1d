internal import Measure
package import Records
internal import Tuner

/// Whether a target was reached.
package enum RoofVerdict: String, Codable, Hashable, Sendable, CaseIterable {
  case reached, missed
  /// The machine was not steady, in several tries.
  case unclear
  /// No variant serves the problem on this machine in this build, or the roof cannot be measured here.
  case notThere = "not there"
}

/// A target with what was measured for it: one row of the roof suite.
package struct RoofSuiteRow: Codable, Hashable, Sendable {
  package var operation: String
  /// The problem, its threads and what masks its instruction sets, as one word; `--only` selects by it.
  package var name: String
  package var n: Int
  package var k: Int
  package var threads: Int
  /// The fastest correct variant.
  package var variant: String?
  package var median: Double?
  package var low: Double?
  package var high: Double?
  /// What is judged: a share or a ratio (no unit), or a rate.
  package var figure: Double?
  package var unit: String?
  /// The roof's name with its value in the same run, or the problem that the figure is a ratio to with its time.
  package var against: String?
  package var againstValue: Double?
  package var target: Double
  /// Whether the figure should be at most the target, not at least.
  package var atMost: Bool
  package var verdict: RoofVerdict
  /// Why nothing was measured, or why it says nothing.
  package var reason: String?
  /// Core-to-core round trips before and after, nanoseconds: figures of several threads compare within one placement alone.
  package var roundTripBefore: Double?
  package var roundTripAfter: Double?

  private enum CodingKeys: String, CodingKey {
    case operation, name, n, k, threads, variant, figure, unit, against, target, verdict, reason
    case median = "median_ns"
    case low = "low_ns"
    case high = "high_ns"
    case againstValue = "against_value"
    case atMost = "at_most"
    case roundTripBefore = "round_trip_before_ns"
    case roundTripAfter = "round_trip_after_ns"
  }

  /// `target` at `threads` threads and `threshold`, nothing measured yet.
  package init(_ target: RoofTarget, _ problem: Problem, threads: Int, threshold: Double) {
    operation = target.operation + (target.isaLimit.map { ", \($0)" } ?? "")
    name = "\(problem.name)/\(threads)t" + (target.isaLimit.map { "/\($0)" } ?? "")
    (n, k, self.threads, self.target) = (problem.n, problem.k, threads, threshold)
    (atMost, verdict) = (false, .notThere)
    switch target.claim {
    case .share(let kind): against = kind.rawValue
    case .operations: unit = "GOP/s"
    case .weights: unit = "G weights/s"
    case .time(let other): (against, atMost) = ("\(other.formatName) time", true)
    }
  }

  /// Judges `claim` on what was measured of `problem`, and of `other` where the claim is a ratio to it.
  package mutating func judge(
    _ claim: RoofTarget.Claim, of problem: Problem, over other: Problem?, in outcome: SideBySideOutcome
  ) {
    (roundTripBefore, roundTripAfter) = (outcome.roofs.roundTripNanoseconds, outcome.roundTripAfter)
    guard let best = outcome.fastest(problem), let timing = best.timing else {
      let wrong = outcome.results.contains { $0.problem == problem && $0.status == .wrong }
      reason = wrong ? "no variant is correct" : "no variant serves it here"
      return
    }
    variant = best.variant + (best.configuration.split == .rows ? "" : ", by \(best.configuration.split.rawValue)")
    (median, low, high) = (timing.medianNanoseconds, timing.lowNanoseconds, timing.highNanoseconds)
    switch claim {
    case .share(let kind):
      guard let roof = outcome.roofs.roofs.first(where: { $0.kind == kind }), let value = roof.value else {
        reason = outcome.roofs.roofs.first { $0.kind == kind }?.reason ?? "\(kind.rawValue) does not bound it here"
        return
      }
      againstValue = value
      figure = best.cost.amount(under: kind) / timing.medianNanoseconds / value
    case .operations: figure = best.cost.operations / timing.medianNanoseconds
    case .weights: figure = Double(problem.n * problem.k) / timing.medianNanoseconds
    case .time:
      guard let other, let time = outcome.fastest(other)?.timing?.medianNanoseconds else {
        reason = "no variant of what it is compared with"
        return
      }
      againstValue = time
      figure = timing.medianNanoseconds / time
    }
    guard let figure else { return }
    if let cause = outcome.unsteady {
      (verdict, reason) = (.unclear, cause)
      return
    }
    verdict = (atMost ? figure <= target : figure >= target) ? .reached : .missed
  }
}
