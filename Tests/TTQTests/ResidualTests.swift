import Kernels
import Records
import TTQ
import Testing

/// What low-rank factors leave of the weights, formed in every pass or kept.
@Suite(.enabled(if: hasOpenBLAS, "needs libopenblas.so.0")) struct ResidualTests {
  private let model: LanguageModel
  private let parts: [String: LowRankPart]
  // Enough of them that a few codes beside a tie do not decide.
  private let tokens = (0..<256).map { $0 * 37 % 4096 }

  init() throws {
    model = try LanguageModel(folder: TestData.demoModel)
    parts = try LowRankCache(folder: try TestFolder().path).parts(of: model, rank: .fixed(4)) { Issue.record("\($0)") }
  }

  private func session(_ mode: ResidualMode, plan: Plan? = nil, exact: Bool = false) throws -> Session {
    var options = try SessionOptions.testing(.ttq, bits: 3)
    options.lowRank = parts
    options.residual = mode
    options.plan = plan
    options.machine = try Machine.probe()
    options.prefill = exact ? .exact : .quantized
    return try Session(model, options)
  }

  /// bf16 takes nothing from what 3 bits can say.
  @Test func keptIsAsGoodAsFormed() throws {
    let full = try Session(model, .testing(.full)).prefillAll(tokens)
    let (formed, kept) = (try session(.formed), try session(.kept))
    let (formedLogits, keptLogits) = (try formed.prefillAll(tokens), try kept.prefillAll(tokens))
    #expect(keptLogits.distance(to: full) < 1.05 * formedLogits.distance(to: full))
    #expect(keptLogits.distance(to: formedLogits) < 0.5 * formedLogits.distance(to: full))
    #expect(formed.residualBytes == 0 && kept.effectiveBits == formed.effectiveBits)
    #expect(kept.residualBytes > 0 && kept.quantizedTraffic == kept.residualBytes + kept.weightBytes)
    // Weights whose pages were let go are read again.
    #expect(try Session(model, .testing(.full)).prefillAll(tokens) == full)
  }

  /// Rows for quantizing every matrix both ways, in all layouts.
  private func plan(formed: Double, kept: Double) throws -> Plan {
    let (family, machine) = (QuantizeFamily(), try Machine.probe())
    var rows: [PlanRow] = []
    let asked = try session(.formed).kernels.map(\.problem).filter { $0.family == .quantize && $0.rank > 0 }
    #expect(!asked.isEmpty)
    for problem in Set(asked) {
      for (problem, time) in [(problem, formed), (problem.ofKeptResidual, kept)] {
        for layout in PackedLayout.allCases {
          let row = family.rows.first {
            $0.layout == layout && $0.constraint(against: problem) == nil && $0.unsupported(by: machine.isa) == nil
          }
          guard let row else { continue }
          let timing = Timing(medianNanoseconds: time, lowNanoseconds: time, highNanoseconds: time, samples: 9)
          rows.append(
            PlanRow(
              problem: problem, threads: 1, contract: family.contract, variant: row.name, revision: row.revision,
              layout: layout, configuration: Configuration(threads: 1), timing: timing, roof: nil, share: nil,
              error: nil, runnerUp: nil, rigor: .quick, date: "2025-01-01T00:00:00Z"))
        }
      }
    }
    let context = MeasurementContext(
      cpuName: "", kernel: "", compiler: "", hypervisor: false, cpuQuota: nil, governor: nil, microcode: nil,
      openBLASCore: nil, date: "2025-01-01T00:00:00Z")
    return Plan(
      machine: machine.identity, context: context, roofs: RoofSet(roofs: [], roundTripNanoseconds: nil), rows: rows)
  }

  @Test func aPlanThatHasKeptFasterKeepsIt() throws {
    let kept = try session(.auto, plan: plan(formed: 2e6, kept: 1e6))
    #expect(kept.residualBytes > 0)
    #expect(kept.layoutExplanations.contains { $0.contains("kept, quantizing takes 1000 us") })
    let formed = try session(.auto, plan: plan(formed: 1e6, kept: 2e6))
    #expect(formed.residualBytes == 0)
    #expect(formed.layoutExplanations.contains { $0.contains("formed in the pass") })
  }

  @Test func nothingIsKeptWithoutAPlanOrWhereTheWeightsAreNeeded() throws {
    #expect(try session(.auto).residualBytes == 0)
    #expect(try session(.auto, plan: plan(formed: 2e6, kept: 1e6), exact: true).residualBytes == 0)
  }
}
