import Foundation
import Kernels
import Records
import Testing
import Tuner

struct ProblemTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Tuning/problems").path

  /// Billions of parameters that the names promise.
  static let parameters: [(name: String, billions: Double)] = [
    ("qwen3-0.6b", 0.6), ("qwen3-1.7b", 1.7), ("qwen3-4b", 4), ("qwen3-8b", 8), ("opt-125m", 0.125),
    ("opt-6.7b", 6.7), ("gemma3-1b", 1), ("llama-3.2-1b", 1.23),
  ]

  @Test(arguments: parameters)
  func aShapeSetHasTheParametersOfItsName(name: String, billions: Double) throws {
    let shape = try ModelShape(path: "\(Self.folder)/\(name).json")
    let total = Double(shape.linears.reduce(0) { $0 + $1.n * $1.k * $1.count }) / 1e9
    #expect(shape.name == name && abs(total / billions - 1) < 0.06, "\(total)")
    let head = shape.heads * shape.headDimension
    let qkv = try #require(shape.linears.first { $0.name == "qkv" })
    #expect(qkv.n == head + 2 * shape.keyValueHeads * shape.headDimension && qkv.count == shape.layers)
    #expect(shape.linears.first { $0.name == "o" }?.k == head)
    #expect(shape.linears.count { $0.isHead && $0.count == 1 } == 1)
  }

  @Test func everyShapeSetIsTested() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
    #expect(Set(files) == Set(Self.parameters.map { $0.name + ".json" }))
  }

  @Test func problemsAreDistinctAndHeadsAreForFewTokens() throws {
    let shape = try ModelShape(path: "\(Self.folder)/qwen3-0.6b.json")
    let problems = TuningProblems.all(of: [shape, shape], format: .q4g32)
    #expect(Set(problems).count == problems.count)
    #expect(problems.filter { $0.n == 151_936 }.allSatisfy { $0.tokens <= 8 })
    #expect(
      Set(problems.map(\.family)) == Set(FamilyName.allCases).subtracting([.dequantize, .lowrank]))
    #expect(problems.count { $0.family == .qmatmul && $0.n == 6144 } == TokenClass.allCases.count)
    #expect(problems.count { $0.family == .statistic } == 3)
  }

  /// What a session asks for with a search, a rank and an alpha for each prompt, beside the plain way.
  @Test func waysOfQuantizingAreTunedBesideThePlainOne() throws {
    let shape = try ModelShape(path: "\(Self.folder)/qwen3-0.6b.json")
    let plain = TuningProblems.all(of: [shape], format: .q4g32)
    let ways = QuantizingWays(searches: [16], ranks: [.fixed(0), .fixed(16)], samples: true)
    let problems = TuningProblems.all(of: [shape], format: .q4g32, ways: ways)
    #expect(Set(problems).count == problems.count && Set(problems).isSuperset(of: plain))
    let matrix = Problem(family: .quantize, n: 6144, k: 1024, format: .q4g32, element: .bf16)
    func asked(n: Int, rank: Int, search: Int) -> Problem {
      Problem(family: .quantize, n: n, k: 1024, format: .q4g32, element: .bf16, rank: rank, search: search)
    }
    #expect(problems.first { $0.family == .quantize && $0.n == 6144 } == matrix && matrix.isPlain)
    for rank in [0, 16] {
      #expect(problems.contains(asked(n: 6144, rank: rank, search: 16)))
      #expect(problems.contains(asked(n: 32, rank: rank, search: 16)))
      #expect(!problems.contains(asked(n: 32, rank: rank, search: 0)))
      #expect(problems.contains(asked(n: 6144, rank: rank, search: 16).ofKeptResidual))
    }
    #expect(problems.count { $0.family == .lowrank && $0.n == 6144 } == TokenClass.allCases.count)
    #expect(problems.filter { $0.family == .lowrank }.allSatisfy { $0.rank == 16 && ($0.n < 151_936 || $0.tokens < 9) })
    // As many columns as 0.4 bits of a weight pay for.
    let auto = TuningProblems.all(of: [shape], format: .q4g32, ways: QuantizingWays(ranks: [.auto]))
    #expect(auto.contains(asked(n: 6144, rank: Rank.auto.columns(n: 6144, k: 1024), search: 0)))
  }

  @Test func theSpaceHasLikelyWinnersFirstAndBarredVariantsOnce() throws {
    let shape = try ModelShape(path: "\(Self.folder)/qwen3-0.6b.json")
    let problems = TuningProblems.all(of: [shape], format: .q4g32)
    let space = TuningSpace(problems: problems, catalogue: .standard, isa: .avx2, threads: [1, 2])
    let essentials = space.candidates.prefix { $0.essential }
    // Without AVX-512 no kernel multiplies and quantizes in one pass.
    let asked = problems.filter { $0.family != .matmulQuantize }
    #expect(essentials.count == 2 * asked.count && Set(essentials.map(\.problem)) == Set(asked))
    #expect(essentials.allSatisfy { !$0.row.isReference })
    #expect(Set(space.candidates).count == space.candidates.count)
    let byTokens = space.candidates.filter { $0.configuration.split == .tokens }
    #expect(Set(byTokens.map(\.problem.family)) == [.qmatmul, .matmul])
    #expect(byTokens.allSatisfy { $0.problem.tokens >= 64 && $0.configuration.threads == 2 && !$0.row.isReference })
    #expect(Set(space.barred.map { [$0.problem.family.rawValue, $0.variant] }).count == space.barred.count)
    let served = Set(space.candidates.map { [$0.problem.family.rawValue, $0.row.name] })
    for result in space.barred {
      #expect(!served.contains([result.problem.family.rawValue, result.variant]))
      #expect(
        result.status == .constraint || result.status == .unsupported && result.reason?.hasPrefix("needs") == true)
    }
    #expect(space.barred.contains { $0.variant == "a8/avx512vnni_r16x1" && $0.status == .unsupported })
  }

  @Test func theSlowerRoofBoundsAProblem() throws {
    let model = RoofModel(
      RoofSet(
        roofs: [
          Roof(kind: .dramRead, threads: 1, value: 10), Roof(kind: .copy, threads: 1, value: 5),
          Roof(kind: .fmaF32, threads: 1, value: 100), Roof(kind: .vpdpbusd, threads: 1, value: 400),
          Roof(kind: .vdpbf16ps, threads: 1, value: 200),
        ], roundTripNanoseconds: nil))
    func bound(_ problem: Problem, _ cost: Cost) -> Roof.Kind? { model.bound(problem, cost: cost, threads: 1)?.kind }
    let a8 = Problem(family: .qmatmul, n: 1, k: 1, tokens: 1, activation: .a8)
    #expect(bound(a8, Cost(bytes: 100, operations: 100)) == .dramRead)
    #expect(bound(a8, Cost(bytes: 100, operations: 1e5)) == .vpdpbusd)
    #expect(model.bound(a8, cost: Cost(bytes: 100, operations: 0), threads: 1)?.nanoseconds == 10)
    let masked = RoofModel(
      RoofSet(
        roofs: [
          Roof(kind: .dramRead, threads: 1, value: 10), Roof(kind: .fmaF32, threads: 1, value: 100),
          Roof(kind: .vpdpbusd, threads: 1, value: nil, reason: "needs avx512vnni"),
          Roof(kind: .vpmaddubsw, threads: 1, value: 200),
        ], roundTripNanoseconds: nil))
    #expect(masked.bound(a8, cost: Cost(bytes: 100, operations: 1e5), threads: 1)?.kind == .vpmaddubsw)
    let bf16 = Problem(family: .matmul, n: 1, k: 1, tokens: 1, element: .bf16, activation: .bf16)
    #expect(bound(bf16, Cost(bytes: 100, operations: 1e5)) == .vdpbf16ps)
    #expect(bound(Problem(family: .matmul, k: 1, element: .bf16), Cost(bytes: 100, operations: 1e5)) == .fmaF32)
    #expect(bound(Problem(family: .quantize, k: 1), Cost(bytes: 100, operations: 1)) == .copy)
    #expect(bound(Problem(family: .statistic, k: 1), Cost(bytes: 100, operations: 1)) == .fmaF32)
    #expect(model.bound(a8, cost: Cost(bytes: 1, operations: 1), threads: 2) == nil)
  }
}
