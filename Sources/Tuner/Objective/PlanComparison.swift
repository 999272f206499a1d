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

  /// Questions that both answer, and that inference asks: of a matrix, those of a layout that one of them chose.
  package let shared: Int
  /// Questions that both answer of layouts that neither chose.
  package let unasked: Int
  package var differences: [Difference]
  /// The median over the shared rows of half their interval over their median, in each plan.
  package let halfWidths: (first: Double, second: Double)

  /// A winner that is slower than another plan's by more than this is a flip.
  package static let flip = 0.02

  package init(_ first: Plan, _ second: Plan) {
    let others = Dictionary(second.rows.map { ($0.key, $0) }) { $1 }
    let answered = first.rows.compactMap { row in others[row.key].map { (row, $0) } }
    let pairs = answered.filter { first.asks($0.0) || second.asks($0.1) }
    shared = pairs.count
    unasked = answered.count - pairs.count
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

  private static let processes = 5
  /// Rounds in each process.
  private static let rounds = 3

  /// Has the two winners of each difference timed in turns, in several processes of `worker` as in a tuning.
  ///
  /// - Parameters:
  ///   - budget: nanoseconds of sampling for each winner.
  ///   - timeout: seconds for a pair.
  ///   - progress: is told how many pairs were timed.
  package mutating func settle(
    by worker: WorkerClient, budget: Double, coldBytes: Int, timeout: Double, progress: (Int) -> Void = { _ in }
  ) throws(TuningError) {
    var contests = differences.map { _ in Contest(contenders: []) }
    for process in 0..<Self.processes {
      worker.stop()
      for index in differences.indices {
        progress(process * differences.count + index)
        let requests = [differences[index].first, differences[index].second].map {
          CandidateRequest(
            problem: $0.problem, variant: $0.variant, configuration: $0.configuration,
            budget: budget / Double(Self.processes), coldBytes: coldBytes, seed: 1, rounds: Self.rounds)
        }
        if let measured = try worker.playOff(requests, timeout: timeout) { contests[index].add(measured) }
      }
    }
    for (index, contest) in contests.enumerated() {
      let rounds = contest.roundMedians.compactMap(\.self)
      guard rounds.count == 2, !rounds[0].isEmpty, rounds[0].count == rounds[1].count else { continue }
      differences[index].slower = expm1(Statistics.logRatio(rounds[1], to: rounds[0]).median)
    }
  }

  /// How many pairs `settle` times.
  package var pairs: Int { Self.processes * differences.count }
}

extension Plan {
  /// Whether inference would ever look for `row`: not where the plan packs its matrix in another layout.
  fileprivate func asks(_ row: PlanRow) -> Bool {
    guard let layout = row.layout else { return true }
    let choices = layouts.filter {
      $0.n == row.problem.n && $0.k == row.problem.k && $0.format == row.problem.format && $0.threads == row.threads
        && $0.activation == row.problem.activation ?? $0.activation
    }
    return choices.isEmpty || choices.contains { $0.layout == layout }
  }
}
