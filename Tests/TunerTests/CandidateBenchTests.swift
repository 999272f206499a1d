import Kernels
import Records
import Testing
import Tuner

/// What a worker does with the candidates of a space.
struct CandidateBenchTests {
  /// Whatever the space offers passes the checks, tails included: a variant that is meant for many tokens, too.
  @Test func whatTheSpaceOffersIsMeasured() throws {
    let machine = try Machine.probe()
    let products = TokenClass.allCases.map {
      Problem(family: .qmatmul, n: 64, k: 256, tokens: $0.representative, format: .q4g32, activation: .a8)
    }
    let dense = Problem(family: .matmul, n: 64, k: 256, tokens: 512, element: .bf16)
    let space = TuningSpace(problems: products + [dense], catalogue: .standard, isa: machine.isa, threads: [1])
    let bench = CandidateBench(
      catalogue: .standard, machine: machine, setup: WorkerSetup(threads: 1, cpus: []))
    for candidate in space.candidates {
      var request = CandidateRequest(
        problem: candidate.problem, variant: candidate.row.name, configuration: candidate.configuration, budget: 0,
        coldBytes: 0, seed: 1)
      request.checkOnly = true
      let measured = bench.measure(request)
      #expect(measured.status == .correct, "\(candidate.key): \(measured.reason ?? "")")
    }
    #expect(space.candidates.contains { $0.row.leastTokens > 19 } || machine.isa.isEmpty)
  }
}
