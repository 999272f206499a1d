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
    var contest = try #require(contests.first)
    // Every other round the machine is half as fast; one is always 5 % ahead.
    let mood = (0..<9).map { $0 % 2 == 0 ? 100.0 : 200.0 }
    contest.add([
      CandidateMeasurement(status: .correct, samples: mood, rounds: mood.map { $0 * 1.05 }),
      CandidateMeasurement(status: .correct, samples: mood, rounds: mood),
    ])
    let timings = contest.results.compactMap(\.timing)
    #expect(timings.count == 2 && timings[1].highNanoseconds < timings[0].lowNanoseconds)
    #expect(abs(timings[0].medianNanoseconds / timings[1].medianNanoseconds - 1.05) < 1e-9)
  }

  @Test func aContestThatWasMostlyCalmIsNotDisturbed() {
    func contest(_ loud: Set<Int>) -> Contest {
      let played = [100.0, 120].map { time in
        let rounds = (0..<15).map { loud.contains($0) ? 3 * time : time + Double($0) / 10 }
        return CandidateMeasurement(status: .correct, samples: rounds, rounds: rounds)
      }
      return Contest(contenders: [], played: played)
    }
    #expect(!contest([]).isDisturbed)
    #expect(!contest([2, 7, 8]).isDisturbed)
    #expect(contest([6, 7, 8, 9, 10, 11, 12, 13, 14]).isDisturbed)
    #expect(!Contest(contenders: [], played: [CandidateMeasurement(status: .wrong, reason: "error 1")]).isDisturbed)
  }

  @Test func theRoundsOfSeveralProcessesAreOneContest() throws {
    let screened = try ["scalar", "simd"].map {
      try PlanEmissionTests.result(PlanEmissionTests.statistic, $0, median: 100)
    }
    var contest = try #require(Contest.all(screened, count: 3).first)
    // In one of three processes memory lies badly for one of them.
    for slow in [90.0, 130, 90] {
      contest.add([slow, 100].map { CandidateMeasurement(status: .correct, samples: [$0], rounds: [$0, $0, $0]) })
    }
    #expect(contest.results.map(\.rounds?.count) == [9, 9] && contest.results.map(\.samples.count) == [3, 3])
    let medians = contest.results.compactMap(\.timing?.medianNanoseconds)
    #expect(medians.count == 2 && medians[0] < medians[1])

    // A tuning that was killed goes on with the rounds that the journal holds.
    let begun = Contest.all(contest.results, count: 3, begun: Set(contest.results.map(\.key)))
    #expect(begun.first?.results == contest.results)

    contest.add([
      CandidateMeasurement(status: .wrong, reason: "error 1"),
      CandidateMeasurement(status: .correct, samples: [100], rounds: [100]),
    ])
    #expect(contest.results.map(\.status) == [.wrong, .correct])
  }

  @Test func whatMayOrMayNotBeSlowerIsUndecided() throws {
    let screened = try ["scalar", "simd"].map {
      try PlanEmissionTests.result(PlanEmissionTests.statistic, $0, median: 100)
    }
    func isUndecided(_ slower: (Int) -> Double) -> Bool {
      let rounds = [(0..<15).map(slower), (0..<15).map { _ in 100 }]
      return Contest(
        contenders: screened, played: rounds.map { CandidateMeasurement(status: .correct, samples: $0, rounds: $0) }
      ).isUndecided
    }
    #expect(isUndecided { 100.5 + Double($0 % 3) })
    #expect(!isUndecided { 104 + Double($0 % 3) })
    #expect(!isUndecided { _ in 100.2 })
    #expect(!Contest(contenders: screened).isUndecided)
  }

  @Test func theStreamsOfAKernelLeaveRoomForOthers() throws {
    func candidate(_ variant: String, _ median: Double, ahead prefetch: Int? = nil) throws -> CandidateResult {
      var result = try PlanEmissionTests.result(PlanEmissionTests.statistic, variant, median: median)
      result.configuration.stream = prefetch.map { Stream(unroll: 2, prefetch: $0) }
      return result
    }
    let results = [
      try candidate("simd", 104), try candidate("simd", 100, ahead: 4096), try candidate("simd", 101, ahead: 8192),
      try candidate("simd", 102, ahead: 0), try candidate("tiled_c32", 110), try candidate("scalar", 111),
    ]
    let contenders = Contest.all(results, count: 3).flatMap(\.contenders)
    #expect(contenders.map(\.variant) == ["simd", "simd", "tiled_c32", "simd"])
    #expect(contenders.map(\.configuration.stream?.prefetch) == [4096, 8192, nil, nil])
  }

  @Test func theStreamThatDoesBestOverAllMatricesHasItsChanceOnEach() throws {
    // 8 KiB ahead is good everywhere; on the last matrix two others seemed better by chance.
    let times = [(1024, [90.0, 95, 97]), (2048, [91, 96, 97]), (4096, [90, 93, 94]), (8192, [96, 94, 95])]
    let results = try times.flatMap { k, times in
      let problem = Problem(family: .statistic, k: k, tokens: 64)
      return try zip([nil, 8192, 4096, 0], [100] + times).map { prefetch, time in
        var result = try PlanEmissionTests.result(problem, "simd", median: time)
        result.configuration.stream = prefetch.map { Stream(unroll: 1, prefetch: $0) }
        return result
      }
    }
    let streams = Contest.all(results, count: 3).map { $0.contenders.map(\.configuration.stream?.prefetch) }
    #expect(streams == [[8192, 4096, nil], [8192, 4096, nil], [8192, 4096, nil], [4096, 8192, nil]])
    // Two matrices are too few to tell.
    let few = Contest.all(Array(results.suffix(8)), count: 3)
    #expect(few.map { $0.contenders.map(\.configuration.stream?.prefetch) } == [[8192, 4096, nil], [4096, 0, nil]])
  }

  @Test func onlyWhatCanStillWinTakesPart() throws {
    func candidate(_ variant: String, _ median: Double, threads: Int = 1) throws -> CandidateResult {
      try PlanEmissionTests.result(PlanEmissionTests.statistic, variant, threads: threads, median: median)
    }
    // With two threads, 1.8 times as slow may be where the host had the cores.
    let results = [
      try candidate("scalar", 180), try candidate("simd", 115), try candidate("tiled_c32", 100),
      try candidate("simd", 90, threads: 2), try candidate("tiled_c32", 162, threads: 2),
      try candidate("scalar", 200, threads: 2),
    ]
    let contenders = Contest.all(results, count: 3).flatMap(\.contenders)
    #expect(contenders.map(\.variant) == ["tiled_c32", "simd", "simd", "tiled_c32"])
    #expect(contenders.map(\.configuration.threads) == [1, 1, 2, 2])
    #expect(Contest.all([results[0]], count: 3).isEmpty)
  }
}
