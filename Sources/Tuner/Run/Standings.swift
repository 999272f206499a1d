internal import Kernels
internal import Records

/// What is known so far, to spend no time on what cannot win.
struct Standings {
  private struct Place: Hashable {
    var problem: Problem
    var threads: Int
  }
  private struct Line: Hashable {
    var family: FamilyName
    var variant: String
    var threads: Int
  }

  private var best: [Place: CandidateResult] = [:]
  /// The longest call of each variant, for estimates.
  private var longest: [Line: CandidateResult] = [:]

  /// A candidate that takes this many times as long as the best is not measured further.
  static let hopeless = 4.0

  mutating func add(_ result: CandidateResult) {
    guard let median = result.timing?.medianNanoseconds else { return }
    let place = Place(problem: result.problem, threads: result.configuration.threads)
    if median < best[place]?.timing?.medianNanoseconds ?? .infinity { best[place] = result }
    let line = Line(
      family: result.problem.family, variant: result.variant, threads: result.configuration.threads)
    if median > longest[line]?.timing?.medianNanoseconds ?? 0 { longest[line] = result }
  }

  /// The leader of the candidate's problem at its thread count.
  func leader(_ candidate: Candidate) -> CandidateResult? {
    best[Place(problem: candidate.problem, threads: candidate.configuration.threads)]
  }

  /// Nanoseconds beyond which a call of the candidate is hopeless.
  func giveUpBeyond(_ candidate: Candidate) -> Double? {
    leader(candidate)?.timing.map { $0.medianNanoseconds * Self.hopeless }
  }

  /// What a call of the candidate should take, from the same variant on another problem.
  func expected(_ candidate: Candidate) -> Double? {
    let line = Line(
      family: candidate.problem.family, variant: candidate.row.name, threads: candidate.configuration.threads)
    guard let known = longest[line], let timing = known.timing, known.cost.operations > 0 else { return nil }
    return timing.medianNanoseconds * candidate.cost.operations / known.cost.operations
  }
}
