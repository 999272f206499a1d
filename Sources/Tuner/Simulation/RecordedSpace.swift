package import Kernels
internal import Measure
package import Records

/// A space that was measured in full once, to be searched again without the machine.
package struct RecordedSpace: Sendable {
  package let space: SearchSpace
  /// What was measured of each point.
  package let results: [CandidateResult]
  /// Nanoseconds that measuring all of it took.
  package let elapsed: Double

  /// A point slower than the best by this much is given up after `fewSamples`, as the tuner does.
  private static let hopeless = 4.0
  private static let fewSamples = 3

  /// The space of the candidates in `results` that were measured in full with a record of what that took, in their order.
  ///
  /// The first point of each problem and thread count is the rule's choice, for a tuning measures it first.
  package init(_ results: [CandidateResult], roofs: RoofSet?, catalogue: Catalogue = .standard) {
    let tried = results.filter { ![.constraint, .unsupported].contains($0.status) && $0.expense != nil }
    let full = tried.compactMap(\.expense?.budget).max() ?? 0
    self.results = tried.filter { $0.expense?.budget ?? 0 >= 0.99 * full }
    let model = roofs.map(RoofModel.init)
    var ruled: Set<PlanKey> = []
    space = SearchSpace(
      self.results.map { result in
        let place = PlanKey(problem: result.problem, layout: nil, threads: result.configuration.threads)
        let tier =
          ruled.insert(place).inserted
          ? .rule : Self.tier(result, in: catalogue)
        return SearchPoint(key: result.key, layout: result.layout, tier: tier, cost: result.cost, roofs: model)
      })
    elapsed = self.results.compactMap(\.expense?.elapsed).reduce(0, +)
  }

  /// The space of all sessions in `entries`, with the last one's roofs; play-offs are left out, for they are no search.
  package init(_ entries: [JournalEntry]) {
    var roofs: RoofSet?
    for case .roofs(let set) in entries { roofs = set }
    self.init(entries.filter { if case .candidate = $0 { true } else { false } }.latestCandidates, roofs: roofs)
  }

  private static func tier(_ result: CandidateResult, in catalogue: Catalogue) -> SearchPoint.Tier {
    let row = catalogue[result.problem.family]?.rows.first { $0.name == result.variant }
    guard let row else { return .portable }
    return row.isReference ? .reference : row.isa.isEmpty ? .portable : .compiled
  }

  /// The median over all that was recorded of `point`; nil where it was not correct.
  package func truth(_ point: Int) -> Double? {
    results[point].status == .correct ? results[point].timing?.medianNanoseconds : nil
  }

  /// What the order would have given, from the first of the recorded samples, and the nanoseconds that it would have taken.
  ///
  /// - Parameter best: the least median known among the points that compete with it.
  package func measure(_ order: SearchOrder, best: Double?) -> (observation: Observation, nanoseconds: Double) {
    let result = results[order.point]
    guard truth(order.point) != nil, let expense = result.expense, let first = result.samples.first else {
      return (Observation(median: nil, share: order.share), result.expense?.elapsed ?? 0)
    }
    let hopeless = best.map { first > Self.hopeless * $0 } ?? false
    let least = hopeless ? Self.fewSamples : order.minimumSamples ?? result.samples.count
    let taken = prefix(of: result.samples, expense, share: order.share, least: least)
    return (
      Observation(median: Statistics.median(Array(taken)), share: order.share),
      time(of: taken, among: result.samples, expense)
    )
  }

  /// What a play-off would have given, from the last of the recorded samples, which no screening has seen.
  package func playOff(_ point: Int, share: Double, rounds: Int) -> (median: Double, nanoseconds: Double)? {
    let result = results[point]
    guard truth(point) != nil, let expense = result.expense else { return nil }
    let taken = prefix(of: result.samples.reversed(), expense, share: share, least: rounds)
    return (
      Statistics.median(Array(taken)),
      time(of: taken, among: result.samples, expense)
    )
  }

  private func prefix(of samples: [Double], _ expense: Expense, share: Double, least: Int) -> ArraySlice<Double> {
    var spent = 0.0
    var count = 0
    while count < samples.count, count < least || spent < share * expense.budget {
      spent += samples[count] * Double(expense.batch)
      count += 1
    }
    return samples[..<count]
  }

  /// Nanoseconds for some of the samples: what these took, as many repeated among them as among all, and what measuring takes besides, which
  /// is operands, the check, warming up, counting.
  private func time(of taken: ArraySlice<Double>, among samples: [Double], _ expense: Expense) -> Double {
    let sampling = samples.reduce(0, +) * Double(expense.batch)
    let withRepeated = min(sampling * Double(samples.count + expense.repeated) / Double(samples.count), expense.elapsed)
    let share = taken.reduce(0, +) * Double(expense.batch) / max(sampling, 1)
    return expense.elapsed - withRepeated + share * withRepeated
  }
}
