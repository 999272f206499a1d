import Kernels
import Records
import Testing
import Tuner

/// A made-up space whose best points are known: variants of two instruction sets with three tiles each, over shapes and thread counts.
enum TinySpace {
  static let sets = ["avx2", "avx512"]
  static let tiles = ["r16x1", "r16x4", "r16x8"]
  static let shapes = [(64, 64), (128, 64), (256, 256), (512, 128), (1024, 256)]

  /// Every point, `factor` of its variant times slower than a roof of 1 GB/s and 1 GOP/s, with steady samples.
  static func results(_ factor: (_ set: Int, _ tile: Int, _ threads: Int) -> Double) -> [CandidateResult] {
    shapes.flatMap { n, k in
      [1, 2].flatMap { threads in
        sets.indices.reversed().flatMap { set in
          tiles.indices.reversed().map { tile in
            let problem = Problem(family: .matmul, n: n, k: k, tokens: 8, element: .f32)
            let work = Double(n * k)
            let time = work * factor(set, tile, threads)
            let batch = Int(1e9 / time)
            return CandidateResult(
              problem: problem, variant: "f32/\(sets[set])_\(tiles[tile])", revision: 1, layout: nil,
              configuration: Configuration(threads: threads), status: .correct,
              timing: Timing(medianNanoseconds: time, lowNanoseconds: time, highNanoseconds: time, samples: 64),
              samples: Array(repeating: time, count: 64),
              expense: Expense(budget: 64e9, elapsed: 65 * time * Double(batch), batch: batch),
              cost: Cost(bytes: work, operations: work))
          }
        }
      }
    }
  }

  /// The factors are products over the coordinates, so that no strategy is led astray.
  static let separable = results { set, tile, threads in
    [3, 1][set] * [1.5, 2, 1][tile] * (threads == 2 ? 0.6 : 1)
  }
}

struct SearchTests {
  @Test func theListHasDistinctNamesAndOneDefault() {
    #expect(Set(StrategyRow.all.map(\.name)).count == StrategyRow.all.count)
    #expect(StrategyRow.all.contains { $0.name == StrategyRow.standard.name })
    #expect(StrategyRow.standard.name == "halving" && StrategyRow.standard(for: .exhaustive).name == "exhaustive")
    #expect(StrategyRow.named("halving") != nil && StrategyRow.named("annealing") == nil)
  }

  @Test(arguments: StrategyRow.all.map(\.name), [1, 2, 3] as [UInt64])
  func everyStrategyFindsTheOptimumOfASmallSpace(name: String, seed: UInt64) throws {
    let recorded = RecordedSpace(TinySpace.separable, roofs: nil)
    let row = try #require(StrategyRow.named(name))
    let outcome = Simulation(recorded, seed: seed).run(row)
    #expect(outcome.regret == Regret(mean: 0, worst: 0), "\(outcome.regret)")
    #expect(outcome.points == 60 && outcome.problems == 5)
    #expect(outcome.curve.map(\.fraction) == outcome.curve.map(\.fraction).sorted())
    #expect(outcome.curve.last?.fraction == outcome.fraction)
  }

  @Test(arguments: StrategyRow.all.map(\.name), [0.05, 0.2, 0.6])
  func noStrategyTakesMoreThanItsTime(name: String, limit: Double) throws {
    let recorded = RecordedSpace(TinySpace.separable, roofs: nil)
    let row = try #require(StrategyRow.named(name))
    let outcome = Simulation(recorded).run(row, limit: limit)
    let longest = TinySpace.separable.compactMap(\.expense?.elapsed).max() ?? 0
    #expect(outcome.fraction <= limit + longest / recorded.elapsed)
    if row.name == StrategyRow.standard.name { #expect(outcome.regret.mean <= outcome.curve[0].regret.mean) }
  }

  @Test(arguments: StrategyRow.all.map(\.name))
  func noPointIsMeasuredTwiceAsLong(name: String) throws {
    let recorded = RecordedSpace(TinySpace.separable, roofs: nil)
    var search = Search(try #require(StrategyRow.named(name)), space: recorded.space, seed: 7)
    var shares: [Int: Double] = [:]
    var orders = 0
    while let order = search.next() {
      #expect(order.share > shares[order.point] ?? 0 && order.share <= 1)
      shares[order.point] = order.share
      search.add(recorded.measure(order, best: nil).observation, of: order.point)
      orders += 1
      try #require(orders < 1000)
    }
    #expect(!shares.isEmpty)
  }

  @Test(arguments: ["halving", "model"])
  func whatCannotWinIsSkipped(name: String) throws {
    let recorded = RecordedSpace(
      TinySpace.results { set, tile, _ in [10, 1][set] * [1.5, 2, 1][tile] }, roofs: nil)
    var search = Search(try #require(StrategyRow.named(name)), space: recorded.space, seed: 1)
    while let order = search.next() {
      search.add(recorded.measure(order, best: nil).observation, of: order.point)
    }
    let skipped = search.evidence.observations.count { $0 == nil }
    #expect(skipped >= 24, "the slow instruction set is measured on the first shape alone, if at all")
  }

  @Test(arguments: StrategyRow.all.map(\.name))
  func aSpaceWithoutACorrectPointEndsTheSearch(name: String) throws {
    var results = TinySpace.separable
    for index in results.indices { results[index].status = .crashed }
    let outcome = Simulation(RecordedSpace(results, roofs: nil)).run(try #require(StrategyRow.named(name)))
    #expect(outcome.problems == 0 && outcome.regret == Regret(mean: 0, worst: 0))
    #expect(Simulation(RecordedSpace([], roofs: nil)).run(StrategyRow.standard).points == 0)
  }

  @Test func aForecastScalesWithTheRoof() {
    let recorded = RecordedSpace(TinySpace.separable, roofs: nil)
    var evidence = Evidence(recorded.space)
    #expect(evidence.expected(0) == nil)
    evidence.add(Observation(median: 1, share: 1), of: 53)
    evidence.add(Observation(median: 4096 + 1, share: 1), of: 0)
    // The same variant on 128 x 64, twice the work.
    #expect(abs((evidence.expected(12)?.nanoseconds ?? 0) - (2 * 4096 + 1)) < 1e-6)
    #expect(evidence.expected(12)?.sameTokens == true && evidence.expected(1) == nil)
    // Twice the output channels are alike, four times the input channels are not.
    #expect(evidence.expected(12)?.isAlike == true && evidence.expected(24)?.isAlike == false)
  }

  @Test func aRecordedMeasurementIsThePrefixOfItsSamples() throws {
    var result = TinySpace.separable[0]
    result.samples = [10, 20, 30, 40, 50, 60, 70, 80]
    result.expense = Expense(budget: 360, elapsed: 500)
    let recorded = RecordedSpace([result], roofs: nil)
    let (seen, time) = recorded.measure(SearchOrder(point: 0, share: 0.25, minimumSamples: 3), best: nil)
    #expect(seen == Observation(median: 25, share: 0.25) && time == 140 + 100)
    #expect(recorded.measure(SearchOrder(point: 0), best: nil).nanoseconds == 500)
    #expect(recorded.measure(SearchOrder(point: 0, share: 0.25, minimumSamples: 5), best: 2).observation.median == 25)
    let final = try #require(recorded.playOff(0, share: 0.25, rounds: 2))
    #expect(final.median == 75 && final.nanoseconds == 140 + 150)

    // As many of what was taken are repeated as of all: two for eight, so one look of 100 has 25 more, and less is left for the rest.
    result.expense = Expense(budget: 360, elapsed: 500, repeated: 2)
    let restless = RecordedSpace([result], roofs: nil)
    #expect(restless.measure(SearchOrder(point: 0, share: 0.25, minimumSamples: 3), best: nil).nanoseconds == 50 + 125)
    #expect(restless.measure(SearchOrder(point: 0), best: nil).nanoseconds == 500)
  }
}
