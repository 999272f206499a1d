internal import Foundation
internal import Measure
package import Records

/// Two plans of one machine side by side: how sure each is, and where their winners differ.
package struct PlanComparison: Sendable {
  /// A question that both answer, differently.
  package struct Difference: Sendable {
    package let first: PlanRow
    package let second: PlanRow
    /// How much longer the second one's winner takes when both are timed in turns, minus 1; nil until they were.
    package var slower: Double?
  }

  /// Questions that both answer.
  package let shared: Int
  package var differences: [Difference]
  /// The median over the shared rows of half their interval over their median, in each plan.
  package let halfWidths: (first: Double, second: Double)

  /// A winner that is slower than another plan's by more than this is a flip.
  package static let flip = 0.02

  package init(_ first: Plan, _ second: Plan) {
    let others = Dictionary(second.rows.map { ($0.key, $0) }) { $1 }
    let pairs = first.rows.compactMap { row in others[row.key].map { (row, $0) } }
    shared = pairs.count
    differences = pairs.filter { $0.variant != $1.variant || $0.configuration != $1.configuration }.map {
      Difference(first: $0, second: $1)
    }
    func width(_ rows: [PlanRow]) -> Double {
      let widths = rows.map { ($0.timing.highNanoseconds - $0.timing.lowNanoseconds) / 2 / $0.timing.medianNanoseconds }
      return widths.isEmpty ? 0 : Statistics.median(widths)
    }
    halfWidths = (width(pairs.map(\.0)), width(pairs.map(\.1)))
  }

  /// Differences in which one winner is slower than the other by more than `flip`.
  package var flips: Int { differences.count { abs($0.slower ?? 0) > Self.flip } }

  /// The share of the shared questions that flipped.
  package var share: Double { shared > 0 ? Double(flips) / Double(shared) : 0 }

  /// Has the two winners of each difference timed in turns by `worker`, once more where they were disturbed.
  ///
  /// - Parameters:
  ///   - budget: nanoseconds of sampling for each winner.
  ///   - timeout: seconds for a pair.
  package mutating func settle(
    by worker: WorkerClient, budget: Double, coldBytes: Int, timeout: Double, progress: (Int) -> Void = { _ in }
  ) throws(TuningError) {
    for index in differences.indices {
      progress(index)
      let requests = [differences[index].first, differences[index].second].map {
        CandidateRequest(
          problem: $0.problem, variant: $0.variant, configuration: $0.configuration, budget: budget,
          coldBytes: coldBytes, seed: 1, rounds: 15)
      }
      var measured = try worker.playOff(requests, timeout: timeout)
      if measured.map(Contest.isDisturbed) ?? false { measured = try worker.playOff(requests, timeout: timeout) }
      guard let measured, let first = measured[0].rounds,
        let second = measured[1].rounds, !first.isEmpty, first.count == second.count
      else { continue }
      differences[index].slower = expm1(Statistics.logRatio(second, to: first).median)
    }
  }
}
