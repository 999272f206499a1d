import FaultyWorker
import Kernels
import Records
import Testing
import Tuner

struct PlayOffTests {
  static func request(_ variant: String) -> CandidateRequest {
    CandidateRequest(
      problem: Problem(family: .statistic, k: 64, tokens: 64), variant: variant,
      configuration: Configuration(threads: 1), budget: 1e6, coldBytes: 0, seed: 3)
  }

  @Test func candidatesAreTimedRoundByRoundAndAWrongOneIsNot() throws {
    let client = WorkerClient(
      executable: faultyWorker, arguments: ["worker"], setup: WorkerSetup(threads: 1, cpus: []))
    let measurements = try #require(
      try client.playOff([Self.request("scalar"), Self.request("wrong"), Self.request("simd")], timeout: 30))
    #expect(measurements.map(\.status) == [.correct, .wrong, .correct])
    #expect(measurements.map(\.rounds?.count) == [9, nil, 9])
    #expect(measurements[1].samples.isEmpty)
    #expect(try client.playOff([Self.request("scalar"), Self.request("crashing")], timeout: 30) == nil)
    #expect(try client.measure(Self.request("scalar"), timeout: 30).status == .correct)
  }

  @Test func aDriftThatMeetsAllAlikeIsDividedOut() throws {
    func candidate(_ variant: String) throws -> CandidateResult {
      try PlanEmissionTests.result(PlanEmissionTests.statistic, variant, median: 100)
    }
    let contests = Contest.all([try candidate("scalar"), try candidate("simd")], count: 3)
    let contest = try #require(contests.first)
    // Every other round the machine is half as fast; one is always 5 % ahead.
    let mood = (0..<9).map { $0 % 2 == 0 ? 100.0 : 200.0 }
    let results = contest.results([
      CandidateMeasurement(status: .correct, samples: mood, rounds: mood.map { $0 * 1.05 }),
      CandidateMeasurement(status: .correct, samples: mood, rounds: mood),
    ])
    let timings = results.compactMap(\.timing)
    #expect(timings.count == 2 && timings[1].highNanoseconds < timings[0].lowNanoseconds)
    #expect(abs(timings[0].medianNanoseconds / timings[1].medianNanoseconds - 1.05) < 1e-9)
  }

  @Test func aContestThatWasMostlyCalmIsNotDisturbed() {
    func contest(_ loud: Set<Int>) -> [CandidateMeasurement] {
      [100.0, 120].map { time in
        let rounds = (0..<15).map { loud.contains($0) ? 3 * time : time + Double($0) / 10 }
        return CandidateMeasurement(status: .correct, samples: rounds, rounds: rounds)
      }
    }
    #expect(!Contest.isDisturbed(contest([])))
    #expect(!Contest.isDisturbed(contest([2, 7, 8])))
    #expect(Contest.isDisturbed(contest([6, 7, 8, 9, 10, 11, 12, 13, 14])))
    #expect(!Contest.isDisturbed([CandidateMeasurement(status: .wrong, reason: "error 1")]))
  }

  @Test func onlyWhatCanStillWinTakesPart() throws {
    func candidate(_ variant: String, _ median: Double, threads: Int = 1) throws -> CandidateResult {
      try PlanEmissionTests.result(PlanEmissionTests.statistic, variant, threads: threads, median: median)
    }
    let results = [
      try candidate("scalar", 300), try candidate("simd", 115), try candidate("tiled_c32", 100),
      try candidate("simd", 90, threads: 2),
    ]
    let contenders = Contest.all(results, count: 3).flatMap(\.contenders)
    #expect(contenders.map(\.variant) == ["tiled_c32", "simd", "simd"])
    #expect(contenders.map(\.configuration.threads) == [1, 1, 2])
    #expect(Contest.all([results[0]], count: 3).isEmpty)
  }
}
