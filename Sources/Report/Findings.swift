package import Records

/// What follows from the records before anything is laid out: who won each problem, and among whom.
package struct Findings: Sendable {
  package let input: ReportInput
  /// Every problem of the plan or the journal, by family, then formats, shape and tokens.
  package let problems: [ProblemFindings]

  package init(_ input: ReportInput) {
    self.input = input
    let candidates = Dictionary(grouping: input.candidates, by: \.problem)
    let rows = Dictionary(grouping: input.plan?.rows ?? [], by: \.problem)
    let layouts = input.plan?.layouts ?? []
    problems = Set(candidates.keys).union(rows.keys).sorted(by: Self.precedes).map { problem in
      ProblemFindings(problem, rows: rows[problem] ?? [], candidates: candidates[problem] ?? [], layouts: layouts)
    }
  }

  /// The families that have a problem, in the order of computation.
  package var families: [(name: FamilyName, problems: [ProblemFindings])] {
    let grouped = Dictionary(grouping: problems, by: \.problem.family)
    return FamilyName.allCases.compactMap { name in grouped[name].map { (name, $0) } }
  }

  private static func precedes(_ a: Problem, _ b: Problem) -> Bool {
    func rank(_ problem: Problem) -> (Int, String, Int, Int, Int, String) {
      let family = FamilyName.allCases.firstIndex(of: problem.family) ?? 0
      return (family, problem.formatName, problem.n, problem.k, problem.tokens, problem.name)
    }
    return rank(a) < rank(b)
  }
}

/// One side of a comparison.
package struct Contestant: Hashable, Sendable {
  package var variant: String
  package var configuration: Configuration
  package var layout: PackedLayout?
  package var timing: Timing
}

/// The answer to one problem within a thread budget.
package struct Answer: Sendable {
  /// Threads the winner was allowed.
  package var threads: Int
  package var winner: Contestant
  package var runnerUp: Contestant?
  package var roof: String?
  package var share: Double?
  package var error: Double?
  /// Whether inference uses this answer; a plan also keeps the best reader of each layout that was not chosen.
  package var chosen: Bool
  /// Whether the plan holds it; otherwise it is the fastest of an unfinished journal.
  package var planned: Bool

  /// How many times longer the runner-up takes; nil without one.
  package var lead: Double? {
    runnerUp.map { $0.timing.medianNanoseconds / winner.timing.medianNanoseconds }
  }

  /// Whether the intervals of winner and runner-up overlap.
  package var isTie: Bool {
    guard let runnerUp else { return false }
    return winner.timing.highNanoseconds >= runnerUp.timing.lowNanoseconds
  }

  /// The comparison in words.
  package var verdict: String {
    guard runnerUp != nil else { return "no other correct candidate" }
    return isTie ? "no difference" : "\(Unit.ratio.text(lead)) faster"
  }
}

/// One problem, its candidates in ladder order and its answers by thread budget.
package struct ProblemFindings: Sendable {
  package let problem: Problem
  package let candidates: [CandidateResult]
  package let answers: [Answer]

  init(_ problem: Problem, rows: [PlanRow], candidates: [CandidateResult], layouts: [LayoutChoice]) {
    self.problem = problem
    self.candidates = Ladder.sorted(candidates)
    let found = rows.isEmpty ? Self.fastest(of: self.candidates) : rows.map { Self.answer($0, layouts: layouts) }
    answers = Self.choosing(found).sorted { ($0.threads, $0.chosen ? 0 : 1) < ($1.threads, $1.chosen ? 0 : 1) }
  }

  /// The answers that inference uses.
  package var chosen: [Answer] { answers.filter(\.chosen) }

  /// Whether the chosen answer of some thread budget is this candidate.
  package func isWinner(_ result: CandidateResult) -> Bool {
    chosen.contains { $0.winner.variant == result.variant && $0.winner.configuration == result.configuration }
  }

  private static func answer(_ row: PlanRow, layouts: [LayoutChoice]) -> Answer {
    let problem = row.problem
    let choice = layouts.first {
      $0.n == problem.n && $0.k == problem.k && $0.format == problem.format && $0.threads == row.threads
        && (problem.element == nil || problem.element == $0.element)
        && (problem.activation == nil || problem.activation == $0.activation)
    }
    return Answer(
      threads: row.threads,
      winner: Contestant(
        variant: row.variant, configuration: row.configuration, layout: row.layout, timing: row.timing),
      runnerUp: row.runnerUp.map {
        Contestant(variant: $0.variant, configuration: $0.configuration, layout: $0.layout, timing: $0.timing)
      },
      roof: row.roof, share: row.share, error: row.error,
      chosen: row.layout == nil || choice?.layout == row.layout, planned: true)
  }

  /// Every thread budget keeps one chosen answer: where no layout choice names it, the fastest.
  private static func choosing(_ answers: [Answer]) -> [Answer] {
    var answers = answers
    for (_, group) in Dictionary(grouping: answers.indices, by: { answers[$0].threads }) {
      let named = group.filter { answers[$0].chosen }
      let time = { (index: Int) in answers[index].winner.timing.medianNanoseconds }
      let best = (named.isEmpty ? group : named).min { time($0) < time($1) }
      for index in group { answers[index].chosen = index == best }
    }
    return answers
  }

  private static func fastest(of candidates: [CandidateResult]) -> [Answer] {
    let timed = candidates.filter { $0.status == .correct }.compactMap { result in
      result.timing.map { (result, $0) }
    }.filter { $0.1.medianNanoseconds > 0 }.sorted { $0.1.medianNanoseconds < $1.1.medianNanoseconds }
    return Set(timed.map(\.0.configuration.threads)).compactMap { budget in
      let allowed = timed.filter { $0.0.configuration.threads <= budget }
      guard let (first, timing) = allowed.first else { return nil }
      let contestants = allowed.prefix(2).map {
        Contestant(variant: $0.variant, configuration: $0.configuration, layout: $0.layout, timing: $1)
      }
      return Answer(
        threads: budget,
        winner: Contestant(
          variant: first.variant, configuration: first.configuration, layout: first.layout, timing: timing),
        runnerUp: contestants.count > 1 ? contestants[1] : nil, roof: first.roof, share: first.share,
        error: first.error, chosen: true, planned: false)
    }
  }
}
