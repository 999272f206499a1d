internal import Foundation
internal import Records

/// How good the winners are that a search would name now, against the best of the recorded space.
///
/// A question is a problem with a thread budget: what one row of a plan answers. Where nothing of it was measured, the rule's choice
/// answers.
struct Standing {
  private let recorded: RecordedSpace
  private let questions: [[Int]]
  private let questionsOf: [[Int]]
  private var estimates: [Double?]
  private var finalists: [Bool]
  private var regrets: [Double]

  init(_ recorded: RecordedSpace) {
    self.recorded = recorded
    let points = recorded.space.points
    var byProblem: [Problem: [Int]] = [:]
    var order: [Problem] = []
    for index in points.indices where recorded.truth(index) != nil {
      if byProblem.updateValue((byProblem[points[index].problem] ?? []) + [index], forKey: points[index].problem) == nil
      {
        order.append(points[index].problem)
      }
    }
    questions = order.flatMap { problem -> [[Int]] in
      let members = byProblem[problem] ?? []
      return Set(members.map { points[$0].threads }).sorted().map { budget in
        members.filter { points[$0].threads <= budget }
      }
    }
    var questionsOf: [[Int]] = points.map { _ in [] }
    for (number, members) in questions.enumerated() { for point in members { questionsOf[point].append(number) } }
    self.questionsOf = questionsOf
    estimates = points.map { _ in nil }
    finalists = points.map { _ in false }
    regrets = questions.map { _ in 0 }
    for number in questions.indices { regrets[number] = regret(number) }
  }

  var answers: Int { questions.count }
  var problems: Int { Set(questions.compactMap { $0.first.map { recorded.space.points[$0].problem } }).count }

  /// The geometric mean and the largest of the winners' regrets: 0.02 is two per cent slower than the best.
  var regret: Regret {
    let mean = regrets.reduce(0) { $0 + log1p($1) } / Double(max(regrets.count, 1))
    return Regret(mean: expm1(mean), worst: regrets.max() ?? 0)
  }

  /// Takes note of what a point seems to take; of a finalist it is final.
  mutating func note(_ point: Int, median: Double, final: Bool = false) {
    estimates[point] = median
    if final { finalists[point] = true }
    for number in questionsOf[point] { regrets[number] = regret(number) }
  }

  private func regret(_ number: Int) -> Double {
    let members = questions[number]
    let best = members.compactMap { recorded.truth($0) }.min()
    guard let best, let truth = winner(number).flatMap({ recorded.truth($0) }) else { return 0 }
    return truth / best - 1
  }

  private func winner(_ number: Int) -> Int? {
    let members = questions[number]
    let points = recorded.space.points
    let known = members.filter { estimates[$0] != nil }
    // Of a layout that had a play-off, nobody else wins.
    let played = Set(known.filter { finalists[$0] }.map { points[$0].layout })
    let running = known.filter { finalists[$0] || !played.contains(points[$0].layout) }
    return running.min { estimates[$0] ?? .infinity < estimates[$1] ?? .infinity }
      ?? members.min { points[$0].tier < points[$1].tier }
  }

  /// The questions whose answers lose more than `share`, the worst first.
  func losing(more share: Double) -> [LosingAnswer] {
    let points = recorded.space.points
    func name(_ point: Int) -> String { "\(points[point].key.name) threads=\(points[point].threads)" }
    let losing = regrets.indices.filter { regrets[$0] > share }.sorted { regrets[$0] > regrets[$1] }
    return losing.compactMap { number in
      guard let chosen = winner(number),
        let best = questions[number].min(by: { recorded.truth($0) ?? .infinity < recorded.truth($1) ?? .infinity })
      else { return nil }
      return LosingAnswer(
        chosen: name(chosen), best: name(best), bestNanoseconds: recorded.truth(best) ?? .nan, regret: regrets[number])
    }
  }
}

/// The winner of a search that loses against the best of the recorded space.
package struct LosingAnswer: Hashable, Sendable {
  package var chosen: String
  package var best: String
  package var bestNanoseconds: Double
  package var regret: Double
}

/// How much slower the winners of a search are than the best there are.
package struct Regret: Hashable, Sendable {
  /// Over all questions, geometric.
  package var mean: Double
  package var worst: Double

  package init(mean: Double, worst: Double) {
    self.mean = mean
    self.worst = worst
  }
}
