import Kernels
import Records
import Testing
import Tuner

struct ComparisonTests {
  static let problem = Problem(family: .statistic, k: 64, tokens: 64)

  /// A plan of the statistic alone, won by `variant`.
  static func plan(_ variant: String, spread: Double) throws -> Plan {
    var plan = try PlanFileTests.plan(problem)
    plan.rows[0].variant = variant
    plan.rows[0].timing = Timing(
      medianNanoseconds: 100, lowNanoseconds: 100 - spread, highNanoseconds: 100 + spread, samples: 9)
    return plan
  }

  @Test func winnersThatDifferAreTimedInTurns() throws {
    var comparison = PlanComparison(try Self.plan("simd", spread: 1), try Self.plan("scalar", spread: 3))
    #expect(comparison.shared == 1 && comparison.differences.count == 1 && comparison.flips == 0)
    #expect(abs(comparison.halfWidths.first - 0.01) < 1e-9 && abs(comparison.halfWidths.second - 0.03) < 1e-9)
    let worker = WorkerClient(
      executable: faultyWorker, arguments: ["worker"], setup: WorkerSetup(threads: 1, cpus: []))
    try comparison.settle(by: worker, budget: 1e6, coldBytes: 0, timeout: 30)
    #expect(comparison.differences[0].slower != nil)

    comparison.differences[0].slower = 0.03
    #expect(comparison.flips == 1 && comparison.share == 1)
    comparison.differences[0].slower = -0.01
    #expect(comparison.flips == 0 && comparison.share == 0)
  }

  @Test func plansThatAgreeHaveNothingToSettle() throws {
    let plan = try Self.plan("simd", spread: 1)
    #expect(PlanComparison(plan, plan).differences.isEmpty)
    #expect(PlanComparison(plan, try PlanFileTests.plan(Problem(family: .statistic, k: 65, tokens: 64))).shared == 0)
  }

  static let shape = ModelShape(
    name: "two", source: "made up", element: .bf16, layers: 2,
    linears: [
      LinearShape(name: "o", n: 64, k: 64, count: 2), LinearShape(name: "lm_head", n: 128, k: 64, count: 1),
    ], heads: 2, keyValueHeads: 1, headDimension: 32)

  /// Every row takes 1 but for decoding, which takes 10.
  static func time(_ workload: Workload, missing: FamilyName? = nil) throws -> ModelTime {
    try ModelTime(
      of: shape, problems: TuningProblems.all(of: [shape], format: .q4g32), workload: workload,
      layout: { _ in .panel16 },
      time: { problem, layout in
        problem.family == missing ? nil : problem.family == .qmatmul && problem.tokens == 1 ? 10 : 1
      })
  }

  @Test func aModelIsTheSumOfItsParts() throws {
    let time = try Self.time(Workload(prompt: 512, generate: 3))
    #expect(time.quantize == 3)
    // Two layers and the head, each with its input, and attention in two layers.
    #expect(time.token == 3 * 11 + 2)
    // Two layers of product, input and statistic; the head for the last token; attention.
    #expect(time.prefill == 2 * 3 + 11 + 2)
    #expect(time.total == time.firstToken + 3 * time.token)
  }

  @Test func withoutAPromptNothingIsPacked() throws {
    let time = try Self.time(Workload(prompt: 0, generate: 1))
    #expect(time.firstToken == 0 && time.total == time.token)
  }

  @Test func aRestOfAPromptCountsByItsShare() throws {
    let (whole, rest) = (
      try Self.time(Workload(prompt: 512, generate: 0)), try Self.time(Workload(prompt: 32, generate: 0))
    )
    #expect(rest.prefill < whole.prefill && rest.quantize == whole.quantize)
  }

  @Test func exactPrefillTakesTheFullProductsInPlaceOfTheQuantizedOnes() throws {
    // Two layers in one pass, the head's product and packing; statistics and attention as before.
    #expect(try Self.time(.standard).exactFirstToken == 2 + 2 + 2 + 2)
    // Without the fused kernel each layer is multiplied, then packed.
    #expect(try Self.time(.standard, missing: .matmulQuantize).exactFirstToken == 2 * 2 + 2 + 2 + 2)
    #expect(try Self.time(.standard, missing: .matmul).exactFirstToken == nil)
    // A last chunk of few tokens is not worth the fused kernel.
    let short = try #require(try Self.time(Workload(prompt: 64, generate: 0)).exactFirstToken)
    #expect(abs(short - (2 * (1.0 / 8 + 1) + 2 + 2.0 / 8 + 2.0 / 8)) < 1e-9)
    #expect(try Self.time(Workload(prompt: 0, generate: 1)).exactFirstToken == 0)
  }

  @Test func aMissingRowIsNamed() throws {
    #expect(throws: MissingRow.self) { try Self.time(.standard, missing: .attention) }
  }
}
