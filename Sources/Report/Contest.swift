internal import Foundation
internal import Records

/// The problems of a family that differ in shape alone, answered within one thread budget.
struct Contest {
  var family: FamilyName
  var formats: String
  var tokens: Int
  var threads: Int
  var answers: [(problem: ProblemFindings, answer: Answer)]

  static func all(of findings: Findings) -> [Contest] {
    var order: [[String]] = []
    var contests: [[String]: Contest] = [:]
    for problem in findings.problems {
      for answer in problem.chosen {
        let (family, formats, tokens) = (problem.problem.family, problem.problem.formatName, problem.problem.tokens)
        let key = [family.rawValue, formats, "\(tokens)", "\(answer.threads)"]
        if contests[key] == nil { order.append(key) }
        contests[
          key, default: Contest(family: family, formats: formats, tokens: tokens, threads: answer.threads, answers: [])
        ].answers.append((problem, answer))
      }
    }
    let rank = { (contest: Contest) in FamilyName.allCases.firstIndex(of: contest.family) ?? 0 }
    return order.compactMap { contests[$0] }.sorted {
      (rank($0), $0.formats, $0.threads, $0.tokens) < (rank($1), $1.formats, $1.threads, $1.tokens)
    }
  }

  var label: String {
    ([family.rawValue, formats] + (tokens > 0 ? ["T=\(tokens)"] : [])).filter { !$0.isEmpty }.joined(separator: " ")
  }
  var winner: String { mostFrequent(answers.map(\.answer.winner.variant)) ?? "none" }
  var runnerUp: String? { mostFrequent(answers.compactMap(\.answer.runnerUp?.variant)) }
  var lead: Double? { geometricMean(answers.compactMap(\.answer.lead)) }
  var gain: Double? { geometricMean(answers.compactMap { $0.problem.gainOverReference($0.answer) }) }
  var share: Double? {
    let shares = answers.compactMap(\.answer.share).filter(\.isFinite).sorted()
    return shares.isEmpty ? nil : (shares[shares.count / 2] + shares[(shares.count - 1) / 2]) / 2
  }

  var verdict: String {
    let ties = answers.count { $0.answer.isTie }
    if runnerUp == nil { return "no other" }
    if ties == answers.count { return "no difference" }
    if ties == 0 { return "decided" }
    return "no difference in \(ties) of \(answers.count)"
  }

  /// The commonest name, with its count where there are others.
  private func mostFrequent(_ names: [String]) -> String? {
    let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
    guard let top = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return nil }
    return counts.count == 1 ? top.key : "\(top.key) (\(top.value) of \(names.count))"
  }
}

/// The geometric mean of the positive finite numbers among `values`; nil where there are none.
func geometricMean(_ values: [Double]) -> Double? {
  let logarithms = values.filter { $0.isFinite && $0 > 0 }.map { log($0) }
  return logarithms.isEmpty ? nil : exp(logarithms.reduce(0, +) / Double(logarithms.count))
}

extension ProblemFindings {
  /// How many times longer the reference takes within the same thread budget; nil where it was not timed.
  func gainOverReference(_ answer: Answer) -> Double? {
    let references = candidates.filter {
      Ladder.isReference($0.variant) && $0.status == .correct && $0.configuration.threads <= answer.threads
    }
    return references.compactMap(\.timing?.medianNanoseconds).min().map { $0 / answer.winner.timing.medianNanoseconds }
  }
}
