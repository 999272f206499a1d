internal import Foundation
internal import Measure
package import Records

/// The best candidates of a problem and a layout, which a play-off tells apart.
package struct Contest {
  package private(set) var contenders: [CandidateResult]

  /// A candidate slower than the best of its thread count by more than this has no chance, whatever the machine's mood was.
  private static let chance = 1.2
  /// A layout whose best takes this many times as long as another one's needs no play-off.
  private static let hopelessLayout = 2.0
  /// Calls that each contender makes besides one in each round: a check, and warming up.
  private static let calls = 4.0

  /// Nanoseconds that the contest takes at least.
  func duration(rounds: Int) -> Double {
    contenders.compactMap(\.timing?.medianNanoseconds).reduce(0, +) * (Self.calls + Double(rounds))
  }

  /// The contests that `results` leave open, in their order: the first `count` of each thread count take part.
  ///
  /// A layout that is hopeless against another one of the same problem needs none.
  package static func all(_ results: [CandidateResult], count: Int) -> [Contest] {
    let correct = results.filter { $0.status == .correct && $0.timing != nil }
    let best = Dictionary(correct.map { ($0.problem, $0.median) }, uniquingKeysWith: min)
    var order: [PlanKey] = []
    var groups: [PlanKey: [CandidateResult]] = [:]
    for result in correct {
      let key = PlanKey(problem: result.problem, layout: result.layout, threads: 0)
      if groups.updateValue((groups[key] ?? []) + [result], forKey: key) == nil { order.append(key) }
    }
    return order.compactMap { key in
      let group = groups[key] ?? []
      guard let fastest = group.map(\.median).min(),
        fastest <= Self.hopelessLayout * (best[key.problem] ?? .infinity)
      else { return nil }
      let contenders = Dictionary(grouping: group, by: \.configuration.threads).sorted { $0.key < $1.key }.flatMap {
        _, same in
        let ranked = same.sorted { $0.median < $1.median }
        return ranked.prefix(count).filter { $0.median <= chance * ranked[0].median }
      }
      return contenders.count > 1 ? Contest(contenders: contenders) : nil
    }
  }

  /// The contenders with what the play-off says of them. Each round's common drift is divided out, so that the interval is that of
  /// the difference and not of the machine's mood.
  package func results(_ measurements: [CandidateMeasurement]) -> [CandidateResult] {
    let drift = Self.drift(measurements.compactMap(\.rounds))
    return zip(contenders, measurements).map { contender, measurement in
      var result = contender
      (result.status, result.reason, result.timing) = (measurement.status, measurement.reason, nil)
      (result.samples, result.rounds, result.error) = (measurement.samples, measurement.rounds, measurement.error)
      result.expense?.batch = measurement.batch
      result.expense?.repeated = measurement.repeated
      if let rounds = measurement.rounds, !rounds.isEmpty {
        var timing = Timing(samples: zip(rounds, drift).map { $0 / $1 })
        timing.samples = measurement.samples.count
        result.timing = timing
      }
      return result
    }
  }

  /// How much slower than usual each round was: the geometric mean over the contenders, relative to its median.
  private static func drift(_ contenders: [[Double]]) -> [Double] {
    let levels = levels(contenders)
    guard !levels.isEmpty else { return [] }
    let usual = Statistics.median(levels)
    return levels.map { $0 / usual }
  }

  private static func levels(_ contenders: [[Double]]) -> [Double] {
    guard let rounds = contenders.map(\.count).min(), rounds > 0 else { return [] }
    return (0..<rounds).map { round in
      exp(contenders.reduce(0) { $0 + log(max($1[round], 1e-3)) } / Double(contenders.count))
    }
  }

  /// A round is loud where it took this many times as long as the calm ones did.
  private static let loud = 1.15

  /// Whether another program, or the host, was at work in more than a quarter of the rounds: then even the winner may be wrong, for what
  /// disturbs one core meets only those that use it.
  package static func isDisturbed(_ measurements: [CandidateMeasurement]) -> Bool {
    let levels = levels(measurements.compactMap(\.rounds).filter { !$0.isEmpty }).sorted()
    guard levels.count >= 4 else { return false }
    let calm = levels[levels.count / 4]
    return levels.count { $0 > loud * calm } * 4 > levels.count
  }
}

extension CandidateResult {
  fileprivate var median: Double { timing?.medianNanoseconds ?? .infinity }
}
