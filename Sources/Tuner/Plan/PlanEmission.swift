internal import Foundation
package import Kernels
internal import Measure
package import Records

/// Turns what was measured into what inference reads: for each question the winner, and for each matrix its layout.
package struct PlanEmission: Sendable {
  private let catalogue: Catalogue
  private let threads: [Int]
  private let rigor: Rigor
  private let workload: Workload
  private let date: String

  /// - Parameters:
  ///   - threads: the thread budgets that get a row each.
  ///   - workload: what layouts are chosen for.
  ///   - date: ISO 8601, UTC.
  package init(catalogue: Catalogue, threads: [Int], rigor: Rigor, workload: Workload = .standard, date: String) {
    self.catalogue = catalogue
    self.threads = threads
    self.rigor = rigor
    self.workload = workload
    self.date = date
  }

  /// A row for each problem, layout and thread budget that has a correct candidate, in the order of `results`.
  ///
  /// Where a problem and layout has finalists, whose times can be compared most closely, nobody else wins.
  package func rows(_ results: [CandidateResult], finalists: Set<CandidateKey> = []) -> [PlanRow] {
    var questions: [(problem: Problem, layout: PackedLayout?)] = []
    var contestants: [PlanKey: [Contestant]] = [:]
    for result in results where result.status == .correct {
      guard let timing = result.timing, let family = catalogue[result.problem.family],
        let rung = family.rows.firstIndex(where: { $0.name == result.variant && $0.revision == result.revision })
      else { continue }
      let key = PlanKey(problem: result.problem, layout: result.layout, threads: 0)
      if contestants[key] == nil { questions.append((result.problem, result.layout)) }
      contestants[key, default: []].append(
        Contestant(result: result, timing: timing, rung: rung, contract: family.contract))
    }
    return questions.flatMap { problem, layout in
      var all = contestants[PlanKey(problem: problem, layout: layout, threads: 0)] ?? []
      let best = all.filter { finalists.contains($0.result.key) }
      if !best.isEmpty { all = best }
      return threads.compactMap { budget in row(all.filter { $0.threads <= budget }, budget: budget) }
    }
  }

  /// The layout of each matrix at each thread budget: the one with the least time for the whole workload, among those that
  /// have all that it takes.
  package func layouts(_ rows: [PlanRow]) -> [LayoutChoice] {
    var matrices: [Problem] = []
    for row in rows where row.problem.family == .quantize && row.problem.isPlain && !matrices.contains(row.problem) {
      matrices.append(row.problem)
    }
    let timed = Dictionary(rows.map { ($0.key, $0.timing.medianNanoseconds) }) { $1 }
    return matrices.flatMap { matrix in
      ActivationFormat.allCases.flatMap { activation in
        threads.compactMap { choice(matrix, activation: activation, threads: $0, timed: timed) }
      }
    }
  }

  private struct Contestant {
    var result: CandidateResult
    var timing: Timing
    var rung: Int
    var contract: Int

    var threads: Int { result.configuration.threads }
    /// Splitting by rows is the simpler way, each weight is then read by one thread; and so is the stream that nobody had to choose.
    var choices: Int { (result.configuration.split == .rows ? 0 : 1) + (result.configuration.stream == nil ? 0 : 1) }
  }

  /// On a restless machine intervals are wide; what seems slower than this is not taken for equal then either. Half of what two tunings may
  /// differ by (`PlanComparison.flip`): what seems 2 % is 3 % at another time.
  static let mostConceded = (playedOff: 1 + PlanComparison.flip / 2, screened: 1.1)

  /// Whether nothing says that `slower` is slower than `fastest`: in a play-off of `count` the interval of their ratio, else that of the
  /// fastest alone.
  private func equal(_ slower: Contestant, _ fastest: Contestant, of count: Int) -> Bool {
    guard let rounds = slower.result.rounds, let others = fastest.result.rounds, !rounds.isEmpty,
      rounds.count == others.count
    else {
      let conceded = Self.mostConceded.screened * fastest.timing.medianNanoseconds
      return slower.timing.medianNanoseconds <= min(fastest.timing.highNanoseconds, conceded)
    }
    let ratio = Statistics.logRatio(rounds, to: others, comparisons: max(count - 1, 1))
    return ratio.interval.lowerBound <= 0 && ratio.median <= log(Self.mostConceded.playedOff)
  }

  /// The fastest, unless simpler ones cannot be told from it: then the simplest of those.
  private func row(_ contestants: [Contestant], budget: Int) -> PlanRow? {
    let byTime = contestants.sorted { $0.timing.medianNanoseconds < $1.timing.medianNanoseconds }
    guard let fastest = byTime.first else { return nil }
    let equals = byTime.filter { equal($0, fastest, of: byTime.count) }
    let winner = equals.min { ($0.rung, $0.threads, $0.choices) < ($1.rung, $1.threads, $1.choices) } ?? fastest
    let runnerUp = byTime.first { $0.result.variant != winner.result.variant }
    let result = winner.result
    return PlanRow(
      problem: result.problem, threads: budget, contract: winner.contract, variant: result.variant,
      revision: result.revision, layout: result.layout, configuration: result.configuration, timing: winner.timing,
      roof: result.roof, share: result.share, error: result.error,
      runnerUp: runnerUp.map {
        RunnerUp(
          variant: $0.result.variant, configuration: $0.result.configuration, layout: $0.result.layout,
          timing: $0.timing)
      }, rigor: rigor, date: date)
  }

  private func choice(
    _ matrix: Problem, activation: ActivationFormat, threads: Int, timed: [PlanKey: Double]
  ) -> LayoutChoice? {
    guard let format = matrix.format, let element = matrix.element else { return nil }
    func multiply(_ layout: PackedLayout, tokens: Int) -> Double? {
      let problem = Problem(
        family: .qmatmul, n: matrix.n, k: matrix.k, tokens: tokens, format: format, activation: activation)
      return timed[PlanKey(problem: problem, layout: layout, threads: threads)]
    }
    let chunk = TokenClass.many.representative
    // A matrix that was tuned for no chunk in any layout is the LM head: a prompt needs it for its last token alone.
    let head = PackedLayout.allCases.allSatisfy { multiply($0, tokens: chunk) == nil }
    var scores: [PackedLayout: Double] = [:]
    for layout in PackedLayout.allCases {
      guard let quantize = timed[PlanKey(problem: matrix, layout: layout, threads: threads)],
        let decode = multiply(layout, tokens: 1),
        let prefill = head ? decode : prefill(chunk: chunk, { multiply(layout, tokens: $0) })
      else { continue }
      // Without a prompt there is nothing to pack for: only tokens count.
      let first = workload.prompt > 0 ? quantize + prefill : 0
      scores[layout] = first + Double(workload.generate) * decode
    }
    guard let best = scores.min(by: { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) })?.key else {
      return nil
    }
    return LayoutChoice(
      n: matrix.n, k: matrix.k, format: format, element: element, activation: activation, threads: threads,
      layout: best, workload: workload,
      scores: Dictionary(uniqueKeysWithValues: scores.map { ($0.key.rawValue, $0.value) }))
  }

  /// The time of a prompt in whole chunks and a rest, which counts by its share of its class's representative.
  private func prefill(chunk: Int, _ time: (Int) -> Double?) -> Double? {
    let (whole, rest) = workload.prompt.quotientAndRemainder(dividingBy: chunk)
    var total = 0.0
    if whole > 0 {
      guard let one = time(chunk) else { return nil }
      total += Double(whole) * one
    }
    if rest > 0 {
      let representative = TokenClass(tokens: rest).representative
      guard let one = time(representative) else { return nil }
      total += one * Double(rest) / Double(representative)
    }
    return total
  }
}
