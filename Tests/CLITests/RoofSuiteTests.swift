import CLI
import Foundation
import Records
import Testing

/// The roof suite: verdicts on made-up measurements, and small runs of the real thing.
@Suite struct RoofSuiteTests {
  private static let problem = Problem(
    family: .qmatmul, n: 1000, k: 1000, tokens: 1, format: .q4g32, activation: .a8)
  private static let other = Problem(family: .qmatmul, n: 1000, k: 1000, tokens: 2, format: .q4g32, activation: .a8)

  /// Bytes 800 and operations 4000 in the given nanoseconds.
  private static func result(
    _ problem: Problem, _ variant: String, _ nanoseconds: Double, status: CandidateStatus = .correct
  ) -> CandidateResult {
    CandidateResult(
      problem: problem, variant: variant, revision: 1, layout: nil, configuration: Configuration(threads: 1),
      status: status,
      timing: Timing(
        medianNanoseconds: nanoseconds, lowNanoseconds: nanoseconds - 1, highNanoseconds: nanoseconds + 1, samples: 9),
      cost: Cost(bytes: 800, operations: 4000))
  }

  private static func judged(
    _ claim: RoofTarget.Claim, threshold: Double, results: [CandidateResult], roofs: [Roof] = []
  ) -> RoofSuiteRow {
    let target = RoofTarget(operation: "o", problem: problem, claim: claim, thresholds: [1: threshold])
    var row = RoofSuiteRow(target, problem, threads: 1, threshold: threshold)
    let set = RoofSet(roofs: roofs, roundTripNanoseconds: 100)
    row.judge(
      claim, of: problem, over: other, in: SideBySideOutcome(results: results, roofs: set, roundTripAfter: 101))
    return row
  }

  @Test(arguments: [(0.79, RoofVerdict.reached), (0.8, .reached), (0.81, .missed)])
  func aShareIsThatOfTheFastestCorrectVariant(threshold: Double, verdict: RoofVerdict) {
    // 800 bytes in 100 ns are 8 GB/s.
    let row = Self.judged(
      .share(of: .dramRead), threshold: threshold,
      results: [
        Self.result(Self.problem, "slow", 200), Self.result(Self.problem, "fast", 100),
        Self.result(Self.problem, "wrong", 10, status: .wrong), Self.result(Self.other, "other", 1),
      ], roofs: [Roof(kind: .dramRead, threads: 1, value: 10)])
    #expect(row.verdict == verdict && row.variant == "fast" && row.figure == 0.8 && row.againstValue == 10)
    #expect(row.roundTripBefore == 100 && row.roundTripAfter == 101)
  }

  @Test func oneCallWinsOverNobodyWhoTookTurns() {
    var lucky = Self.result(Self.problem, "lucky", 50)
    lucky.timing?.samples = 1
    let row = Self.judged(.operations, threshold: 1, results: [lucky, Self.result(Self.problem, "steady", 100)])
    #expect(row.variant == "steady")
    #expect(Self.judged(.operations, threshold: 1, results: [lucky]).variant == "lucky")
  }

  @Test func anArithmeticRoofTakesOperations() {
    let row = Self.judged(
      .share(of: .vpdpbusd), threshold: 0.5, results: [Self.result(Self.problem, "v", 100)],
      roofs: [Roof(kind: .vpdpbusd, threads: 1, value: 100)])
    #expect(row.figure == 0.4 && row.verdict == .missed)
  }

  @Test func ratesAreJudged() {
    let results = [Self.result(Self.problem, "v", 100)]
    #expect(Self.judged(.operations, threshold: 40, results: results).verdict == .reached)
    #expect(Self.judged(.operations, threshold: 41, results: results).verdict == .missed)
    let weights = Self.judged(.weights, threshold: 10_000, results: results)
    #expect(weights.figure == 10_000 && weights.verdict == .reached)
  }

  @Test(arguments: [(90.0, RoofVerdict.missed), (100, .reached), (200, .reached)])
  func aRatioIsAtMost(time: Double, verdict: RoofVerdict) {
    let row = Self.judged(
      .time(over: Self.other), threshold: 1,
      results: [Self.result(Self.problem, "v", 100), Self.result(Self.other, "w", time)])
    #expect(row.verdict == verdict && row.atMost)
  }

  @Test func whatIsMissingIsNotThereWithAReason() {
    let none = Self.judged(.operations, threshold: 1, results: [Self.result(Self.other, "v", 1)])
    let wrong = Self.judged(.operations, threshold: 1, results: [Self.result(Self.problem, "v", 1, status: .wrong)])
    let roof = Self.judged(
      .share(of: .vpdpbusd), threshold: 0.1, results: [Self.result(Self.problem, "v", 1)],
      roofs: [Roof(kind: .vpdpbusd, threads: 1, value: nil, reason: "needs avx512vnni")])
    #expect([none, wrong, roof].allSatisfy { $0.verdict == .notThere && $0.figure == nil && $0.reason != nil })
    #expect(roof.reason == "needs avx512vnni" && wrong.reason != none.reason)
  }

  @Test func whatIsNotSteadyIsUnclear() {
    let beyond = Self.outcome(roof: 7, before: 100, after: 100)
    let moved = Self.outcome(roof: 10, before: 100, after: 400)
    #expect(beyond.verdict == .unclear && beyond.reason?.contains("slower moment") == true)
    #expect(moved.verdict == .unclear && moved.reason?.contains("round trip") == true)
    #expect(Self.outcome(roof: 10, before: 100, after: 140).verdict == .reached)
  }

  /// 8 GB/s against a roof that bounds the result, between two round trips.
  private static func outcome(roof: Double, before: Double, after: Double) -> RoofSuiteRow {
    let target = RoofTarget(
      operation: "o", problem: problem, claim: .share(of: .dramRead), thresholds: [2: 0.5])
    var row = RoofSuiteRow(target, problem, threads: 2, threshold: 0.5)
    var fast = result(problem, "v", 100)
    (fast.samples, fast.share) = ([99, 100, 101], 8 / roof)
    let set = RoofSet(roofs: [Roof(kind: .dramRead, threads: 2, value: roof)], roundTripNanoseconds: before)
    row.judge(
      target.claim, of: problem, over: nil,
      in: SideBySideOutcome(results: [fast], roofs: set, roundTripAfter: after))
    return row
  }

  @Test func everyTargetHasSensibleNumbers() {
    for target in RoofTarget.all {
      #expect(!target.thresholds.isEmpty && target.thresholds.keys.allSatisfy { $0 >= 1 })
      guard case .share = target.claim else { continue }
      #expect(target.thresholds.values.allSatisfy { (0...1).contains($0) }, "\(target.operation)")
    }
  }

  // MARK: - The command

  private static let small = ["bench", "--suite", "roofs", "--shape", "64x96", "--seconds", "0.01", "--threads", "1"]

  @Test func aSmallSuiteRunsAsJSON() throws {
    let result = try CommandLineTool().run(Self.small + ["--only", "qmatmul/q[24]g32/*/t1/1t", "--json"])
    #expect(result.status == 0, "\(result.errors)")
    let rows = try result.output.split(separator: "\n").map {
      try JSONDecoder().decode(RoofSuiteRow.self, from: Data($0.utf8))
    }
    #expect(
      rows.map(\.operation) == ["qmatmul 4 bit, T = 1", "qmatmul 2 bit, T = 1", "qmatmul 2 bit, T = 1, over 4 bit"])
    #expect(rows.allSatisfy { $0.n == 64 && $0.k == 96 && $0.threads == 1 && $0.roundTripBefore == nil })
    for row in rows where row.verdict != .notThere {
      #expect(row.variant != nil && row.figure.map { $0 > 0 } == true && row.againstValue.map { $0 > 0 } == true)
    }
  }

  @Test func aSmallSuiteRunsAsMarkdown() throws {
    let result = try CommandLineTool().run(Self.small + ["--only", "quantize/q4g32/bf16/*", "--markdown"])
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n").filter { $0.hasPrefix("|") }
    #expect(lines.count == 4)
    #expect(lines.allSatisfy { $0.count { $0 == "|" } == 12 && $0.hasSuffix("|") })
    #expect(lines[1].allSatisfy { "|-: ".contains($0) })
    #expect(result.output.contains("reached") && result.output.contains("missed"))
  }

  @Test(arguments: [
    ["bench", "--suite", "roofs", "--family", "qmatmul"], ["bench", "--suite", "cellars"],
    ["bench", "--suite", "roofs", "--warm"], ["bench", "--family", "qmatmul", "--markdown"],
    ["bench", "--suite", "roofs", "--json", "--markdown"], ["bench", "--family", "quantize", "--split", "tokens"],
  ])
  func answersWrongUsageWith64(arguments: [String]) throws {
    #expect(try CommandLineTool().run(arguments).status == 64)
  }

  @Test func saysWhereNoRowIsLeft() throws {
    let result = try CommandLineTool().run("bench", "--suite", "roofs", "--only", "nothing/*")
    #expect(result.status == 1)
    #expect(result.errors.contains("--only nothing/*"))
  }
}
