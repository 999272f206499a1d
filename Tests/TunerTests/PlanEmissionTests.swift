import Kernels
import Records
import Testing
import Tuner

struct PlanEmissionTests {
  static let catalogue = Catalogue.standard

  /// A result of a variant of the catalogue, `spread` nanoseconds around its median.
  static func result(
    _ problem: Problem, _ variant: String, threads: Int = 1, split: Configuration.Split = .rows, median: Double,
    spread: Double = 1, layout: PackedLayout? = nil, status: CandidateStatus = .correct
  ) throws -> CandidateResult {
    let row = try #require(catalogue[problem.family]?.rows.first { $0.name == variant })
    return CandidateResult(
      problem: problem, variant: variant, revision: row.revision, layout: layout ?? row.layout,
      configuration: Configuration(threads: threads, split: split), status: status,
      timing: Timing(
        medianNanoseconds: median, lowNanoseconds: median - spread, highNanoseconds: median + spread, samples: 9),
      cost: Cost(bytes: 1, operations: 1))
  }

  static func emission(_ threads: [Int], prompt: Int = 512, generate: Int = 128) -> PlanEmission {
    PlanEmission(
      catalogue: catalogue, threads: threads, rigor: .quick, workload: Workload(prompt: prompt, generate: generate),
      date: "2025-01-01T00:00:00Z")
  }

  static let statistic = Problem(family: .statistic, k: 64, tokens: 512)

  @Test func theFastestWinsAndTheNextIsRunnerUp() throws {
    let rows = Self.emission([1]).rows([
      try Self.result(Self.statistic, "scalar", median: 300), try Self.result(Self.statistic, "simd", median: 200),
      try Self.result(Self.statistic, "tiled_c32", median: 100),
    ])
    #expect(rows.map(\.variant) == ["tiled_c32"])
    #expect(rows.first?.runnerUp?.variant == "simd")
  }

  @Test(arguments: [(spread: 6.0, winner: "simd"), (spread: 4.0, winner: "tiled_c32")])
  func withinTheIntervalTheSimplerStays(spread: Double, winner: String) throws {
    let rows = Self.emission([1]).rows([
      try Self.result(Self.statistic, "scalar", median: 300, spread: spread),
      try Self.result(Self.statistic, "tiled_c32", median: 100, spread: spread),
      try Self.result(Self.statistic, "simd", median: 105, spread: spread),
    ])
    #expect(rows.map(\.variant) == [winner])
  }

  @Test(arguments: [(spread: 6.0, winner: Configuration.Split.rows), (spread: 4.0, winner: .tokens)])
  func tokensAreSplitOnlyWhereThatIsFaster(spread: Double, winner: Configuration.Split) throws {
    let problem = Problem(family: .matmul, n: 64, k: 64, tokens: 512, element: .f32)
    let rows = Self.emission([2]).rows(
      try [(Configuration.Split.tokens, 100.0), (.rows, 105)].map {
        try Self.result(problem, "f32/scalar", threads: 2, split: $0, median: $1, spread: spread)
      })
    #expect(rows.map(\.configuration) == [Configuration(threads: 2, split: winner)])
  }

  @Test func aWideIntervalDoesNotMakeTheSlowEqual() throws {
    let rows = Self.emission([1]).rows([
      try Self.result(Self.statistic, "scalar", median: 150, spread: 80),
      try Self.result(Self.statistic, "simd", median: 100, spread: 80),
    ])
    #expect(rows.map(\.variant) == ["simd"])
  }

  @Test func nobodyButAFinalistWins() throws {
    let results = [
      try Self.result(Self.statistic, "simd", median: 90), try Self.result(Self.statistic, "scalar", median: 100),
    ]
    #expect(Self.emission([1]).rows(results, finalists: [results[1].key]).map(\.variant) == ["scalar"])
  }

  @Test func whatIsNotCorrectOrNotOfThisRevisionDoesNotWin() throws {
    var old = try Self.result(Self.statistic, "tiled_c32", median: 1)
    old.revision += 1
    let rows = Self.emission([1]).rows([
      try Self.result(Self.statistic, "simd", median: 2, status: .wrong), old,
      try Self.result(Self.statistic, "scalar", median: 300),
    ])
    #expect(rows.map(\.variant) == ["scalar"] && rows.first?.runnerUp == nil)
  }

  @Test func aBudgetMayUseFewerThreads() throws {
    let rows = Self.emission([1, 2, 4]).rows([
      try Self.result(Self.statistic, "scalar", threads: 1, median: 100),
      try Self.result(Self.statistic, "scalar", threads: 2, median: 60),
      try Self.result(Self.statistic, "scalar", threads: 4, median: 80),
    ])
    #expect(rows.map(\.threads) == [1, 2, 4])
    #expect(rows.map(\.configuration.threads) == [1, 2, 2])
  }

  static let quantize = Problem(family: .quantize, n: 64, k: 64, format: .q4g32, element: .bf16)

  static func multiply(_ tokens: Int) -> Problem {
    Problem(family: .qmatmul, n: 64, k: 64, tokens: tokens, format: .q4g32, activation: .a8)
  }

  /// Rows packs and prefills in 100, decodes in 10; panel16 packs and prefills in 500, decodes in 1.
  static func bothLayouts() throws -> [CandidateResult] {
    [
      try result(quantize, "bf16/simd", median: 100), try result(multiply(1), "a8/simd", median: 10),
      try result(multiply(512), "a8/simd", median: 100),
      try result(quantize, "bf16/scalar_r16", median: 500),
      try result(multiply(1), "a8/scalar", median: 1, spread: 0.1, layout: .panel16),
      try result(multiply(512), "a8/scalar", median: 500, layout: .panel16),
    ]
  }

  @Test(arguments: [(generate: 1000, layout: PackedLayout.panel16), (generate: 10, layout: .rows)])
  func theWorkloadDecidesTheLayout(generate: Int, layout: PackedLayout) throws {
    let emission = Self.emission([1], prompt: 512, generate: generate)
    let rows = emission.rows(try Self.bothLayouts())
    #expect(rows.count == 6, "both layouts keep their rows")
    let choices = emission.layouts(rows)
    #expect(choices.map(\.layout) == [layout])
    #expect(choices.first?.scores["rows"] == 200 + 10 * Double(generate))
    #expect(choices.first?.scores["panel16"] == 1000 + Double(generate))
  }

  /// Other ways of quantizing have rows of their own, and the plain one chooses the layout for all.
  @Test func searchesAndFactorsChooseNoLayout() throws {
    var (searched, factored) = (Self.quantize, Self.quantize)
    searched.search = 16
    factored.rank = 8
    let emission = Self.emission([1], prompt: 512, generate: 1000)
    let rows = emission.rows(
      try Self.bothLayouts() + [searched, factored].map { try Self.result($0, "bf16/scalar_r16", median: 1) })
    #expect(rows.count == 8)
    #expect(emission.layouts(rows) == emission.layouts(emission.rows(try Self.bothLayouts())))
  }

  @Test func withoutAPromptTheFastestDecoderWins() throws {
    let emission = Self.emission([1], prompt: 0, generate: 1)
    let choices = emission.layouts(emission.rows(try Self.bothLayouts()))
    #expect(choices.map(\.layout) == [.panel16] && choices.first?.scores["panel16"] == 1)
  }

  @Test func aPlayOffIsDecidedByTheRatiosOfItsRounds() throws {
    // Every other round the machine is half as fast; medians and intervals alone would tell nothing.
    let mood = (0..<15).map { $0 % 2 == 0 ? 100.0 : 200.0 }
    func finalist(_ variant: String, _ factor: (Int) -> Double) throws -> CandidateResult {
      var result = try Self.result(Self.statistic, variant, median: 100 * factor(0), spread: 50)
      result.rounds = mood.enumerated().map { $1 * factor($0) }
      return result
    }
    let fast = try finalist("tiled_c32") { _ in 1 }
    #expect(Self.emission([1]).rows([fast, try finalist("simd") { _ in 1.01 }]).map(\.variant) == ["tiled_c32"])
    // Ahead in some rounds and behind in others: no difference.
    let equal = try finalist("simd") { $0 % 4 < 2 ? 1.008 : 0.995 }
    #expect(Self.emission([1]).rows([fast, equal]).map(\.variant) == ["simd"])
    // So it may be on a restless machine, but more than a per cent is not conceded.
    let unsure = try finalist("simd") { $0 % 4 < 2 ? 1.015 : 0.995 }
    #expect(Self.emission([1]).rows([fast, unsure]).map(\.variant) == ["tiled_c32"])
  }

  @Test func aLayoutThatLacksAReaderIsNotScored() throws {
    let results = try Self.bothLayouts().filter { !($0.layout == .panel16 && $0.problem.tokens == 512) }
    let emission = Self.emission([1], generate: 100_000)
    #expect(emission.layouts(emission.rows(results)).map { Array($0.scores.keys) } == [["rows"]])
  }

  @Test func theHeadIsComputedForTheLastTokenOfAPrompt() throws {
    let results = try Self.bothLayouts().filter { $0.problem.tokens != 512 }
    let emission = Self.emission([1], generate: 9)
    #expect(emission.layouts(emission.rows(results)).first?.scores == ["rows": 200, "panel16": 510])
  }
}
