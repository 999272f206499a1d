internal import Foundation
internal import Measure
package import Records

/// The best candidates of a problem and a layout, which a play-off tells apart.
package struct Contest {
  /// What the screening says of them.
  package let contenders: [CandidateResult]
  /// What was measured of each in turns, of all processes together; nil where nothing was.
  private var played: [CandidateMeasurement]?

  package init(contenders: [CandidateResult], played: [CandidateMeasurement]? = nil) {
    self.contenders = contenders
    self.played = played
  }

  /// A candidate that took more than this many times as long as the best of its thread count has no chance.
  ///
  /// A host moves virtual cores together and apart, and apart they get more from memory: on two vCPUs of a Zen 4 and of a Zen 5 a product of
  /// one token with two threads took 1.6 times as long at one time as at another. What was looked at minutes apart may differ by that and be
  /// the same.
  private static func chance(threads: Int) -> Double { threads > 1 ? 1.2 * 1.6 : 1.2 }
  /// A layout whose best takes this many times as long as another one's needs no play-off.
  private static let hopelessLayout = 2.0
  /// Calls that each contender makes besides one in each round: a check, and warming up.
  private static let calls = 4.0

  /// Nanoseconds that the contest takes at least.
  func duration(rounds: Int) -> Double {
    contenders.compactMap(\.timing?.medianNanoseconds).reduce(0, +) * (Self.calls + Double(rounds))
  }

  /// The contests that `results` ask for, in their order: the first `count` of each thread count take part, or those of `begun` where some
  /// of them are in it, with the rounds that they have.
  ///
  /// A layout that is hopeless against another one of the same problem needs none.
  package static func all(
    _ results: [CandidateResult], count: Int, begun: Set<CandidateKey> = []
  ) -> [Contest] {
    let correct = results.filter { $0.status == .correct && $0.timing != nil }
    let best = Dictionary(correct.map { ($0.problem, $0.median) }, uniquingKeysWith: min)
    let favourites = FavouriteStreams(correct)
    var order: [PlanKey] = []
    var groups: [PlanKey: [CandidateResult]] = [:]
    for result in correct {
      let key = PlanKey(problem: result.problem, layout: result.layout, threads: 0)
      if groups.updateValue((groups[key] ?? []) + [result], forKey: key) == nil { order.append(key) }
    }
    return order.compactMap { key in
      let group = groups[key] ?? []
      let finalists = group.filter { begun.contains($0.key) }
      guard finalists.isEmpty else { return Contest(contenders: finalists, played: finalists.map(\.played)) }
      guard let fastest = group.map(\.median).min(),
        fastest <= Self.hopelessLayout * (best[key.problem] ?? .infinity)
      else { return nil }
      let contenders = Dictionary(grouping: group, by: \.configuration.threads).sorted { $0.key < $1.key }.flatMap {
        threads, same in
        let ranked = same.sorted { $0.median < $1.median }
        let leaders = ranked.twoOfEachKernel(favourites).prefix(count)
        // The usual stream of the foremost kernel is to stay where the others hardly differ from it.
        let usual = ranked.first {
          $0.variant == ranked[0].variant && $0.configuration == ranked[0].configuration.sharing
        }
        let others = leaders.contains { $0.key == usual?.key } ? [] : [usual].compactMap { $0 }
        return (leaders + others).filter { $0.median <= Self.chance(threads: threads) * ranked[0].median }
      }
      return contenders.count > 1 ? Contest(contenders: contenders) : nil
    }
  }

  /// The same contest before anything was played.
  var fresh: Contest { Contest(contenders: contenders) }

  /// Rounds that were played; contenders that failed have none.
  var rounds: Int { played?.compactMap(\.rounds?.count).max() ?? 0 }

  /// The rounds of each contender; nil for one that failed.
  var roundMedians: [[Double]?] { played?.map(\.rounds) ?? [] }

  /// Adds the rounds of another process. Who fails in one of them has failed.
  package mutating func add(_ measurements: [CandidateMeasurement]) {
    guard let before = played else {
      played = measurements
      return
    }
    played = zip(before, measurements).map { old, new in
      guard old.status == .correct, new.status == .correct else { return old.status == .correct ? new : old }
      var both = new
      both.samples = old.samples + new.samples
      both.rounds = (old.rounds ?? []) + (new.rounds ?? [])
      both.repeated += old.repeated
      return both
    }
  }

  /// The contenders with what the play-off says of them. Each round's common drift is divided out, so that the interval is that of
  /// the difference and not of the machine's mood.
  package var results: [CandidateResult] {
    let measurements = played ?? []
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

  /// Whether more rounds may name another winner: for some number of threads a contender may or may not be slower than the fastest by what
  /// a simpler winner is conceded.
  package var isUndecided: Bool {
    let played = zip(contenders, played ?? []).compactMap { contender, measurement in
      measurement.rounds.map { (threads: contender.configuration.threads, rounds: $0) }
    }.filter { !$0.rounds.isEmpty }
    let conceded = log(PlanEmission.mostConceded.playedOff)
    return Set(played.map(\.threads)).contains { budget in
      let able = played.filter { $0.threads <= budget }.map(\.rounds)
      guard let fastest = able.min(by: { Statistics.median($0) < Statistics.median($1) }) else { return false }
      return able.contains { rounds in
        guard rounds.count == fastest.count else { return false }
        let interval = Statistics.logRatio(rounds, to: fastest, comparisons: max(able.count - 1, 1)).interval
        return interval.lowerBound <= conceded && conceded <= interval.upperBound
      }
    }
  }

  /// A round is loud where it took this many times as long as the calm ones did.
  private static let loud = 1.15

  /// Whether another program, or the host, was at work in more than a quarter of the rounds: then even the winner may be wrong, for what
  /// disturbs one core meets only those that use it.
  package var isDisturbed: Bool {
    let levels = Self.levels((played ?? []).compactMap(\.rounds).filter { !$0.isEmpty }).sorted()
    guard levels.count >= 4 else { return false }
    let calm = levels[levels.count / 4]
    return levels.count { $0 > Self.loud * calm } * 4 > levels.count
  }
}

extension [CandidateResult] {
  /// Of each variant and way of sharing the first, and its favourite stream or else the second, in their order: no more, so that the streams
  /// of one kernel do not keep other kernels out.
  fileprivate func twoOfEachKernel(_ favourites: FavouriteStreams) -> [CandidateResult] {
    let kernels = Dictionary(grouping: self) { result in
      var kernel = result.key
      kernel.configuration = kernel.configuration.sharing
      return kernel
    }
    let chosen = kernels.values.flatMap { same in
      let others = same.dropFirst()
      return same.prefix(1) + [others.first(where: favourites.contains) ?? others.first].compactMap(\.self)
    }
    let keys = Set(chosen.map(\.key))
    return filter { keys.contains($0.key) }
  }
}

extension CandidateResult {
  /// What the rounds of an earlier sitting say, as its worker told it.
  fileprivate var played: CandidateMeasurement {
    CandidateMeasurement(
      status: status, reason: reason, samples: samples, batch: expense?.batch ?? 1, repeated: expense?.repeated ?? 0,
      rounds: rounds, error: error)
  }

  fileprivate var median: Double { timing?.medianNanoseconds ?? .infinity }
}
