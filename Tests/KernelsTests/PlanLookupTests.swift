import Kernels
import Records
import Testing

/// Which kernel a problem gets, and what is said of the rows that did not serve.
@Suite struct PlanLookupTests {
  private let problem = Problem(family: .statistic, k: 64, tokens: 512)
  private let family = StatisticFamily()

  private func machine() throws -> Machine { try Machine.probe(isaLimit: environment("TTQ_ISA")) }

  /// A plan of one row, for the variant `simd` of `statistic`.
  private func plan(edit: (inout PlanRow) -> Void = { _ in }, machine: MachineIdentity? = nil) throws -> Plan {
    let variant = try #require(family.rows.first { $0.name == "simd" })
    let timing = Timing(medianNanoseconds: 1, lowNanoseconds: 1, highNanoseconds: 1, samples: 9)
    var row = PlanRow(
      problem: problem, threads: 1, contract: family.contract, variant: variant.name, revision: variant.revision,
      layout: nil, configuration: Configuration(threads: 1), timing: timing, roof: nil, share: nil, error: nil,
      runnerUp: nil, rigor: .quick, date: "2025-01-01T00:00:00Z")
    edit(&row)
    let context = MeasurementContext(
      cpuName: "", kernel: "", compiler: "", hypervisor: false, cpuQuota: nil, governor: nil, microcode: nil,
      openBLASCore: nil, date: row.date)
    return Plan(
      machine: try machine ?? self.machine().identity, context: context,
      roofs: RoofSet(roofs: [], roundTripNanoseconds: nil), rows: [row])
  }

  private func select(_ plan: Plan?, forced: String = "", threads: Int = 2) throws -> Selection<StatisticKernel> {
    let lookup = PlanLookup(plan: plan, forced: try ForcedChoices(forced), machine: try machine(), threads: threads)
    return try lookup.select(family, for: problem)
  }

  @Test func aRowThatHoldsIsTakenWithoutAMiss() throws {
    let found = try select(plan())
    #expect(found.step == .exact && found.variant.row.name == "simd" && !found.explanation.contains("miss"))
  }

  @Test func aRowThatDoesNotHoldIsAMissWithItsReason() throws {
    let misses: [(String, (inout PlanRow) -> Void)] = [
      ("simd was measured at revision 99, now", { $0.revision = 99 }),
      ("simd was measured under contract 99, now", { $0.contract = 99 }),
      ("a8/nowhere is in this build no more", { $0.variant = "a8/nowhere" }),
      ("simd was tuned for 64 threads, 2 are allowed", { $0.threads = 64 }),
    ]
    for (reason, edit) in misses {
      let found = try select(plan(edit: edit))
      #expect(found.step == .estimate && found.explanation.contains("; miss: \(reason)"), "\(found.explanation)")
      #expect(!found.explanation.contains("\n"))
    }
  }

  @Test func anotherProcessorWithOtherInstructionSetsIsAMissThatNamesIt() throws {
    var other = try machine().identity
    (other.vendor, other.isa) = ("GenuineIntel", ["avx10"])
    let found = try select(plan(machine: other))
    #expect(found.step == .estimate && found.explanation.contains("miss: the plan is of \(other.name)"))
    other.isa = try machine().identity.isa
    other.model += 1
    #expect(try select(plan(machine: other)).step == .sameISA)
  }

  @Test func timesAreThoseOfTheOwnRowAlone() throws {
    func time(_ plan: Plan?, forced: String = "", of problem: Problem? = nil) throws -> Double? {
      let lookup = PlanLookup(plan: plan, forced: try ForcedChoices(forced), machine: try machine(), threads: 2)
      return lookup.nanoseconds(family, for: problem ?? self.problem)
    }
    #expect(try time(plan()) == 1)
    #expect(try time(nil) == nil)
    #expect(try time(plan { $0.revision = 99 }) == nil)
    #expect(try time(plan(), forced: "statistic=scalar") == nil)
    #expect(try time(plan(), of: Problem(family: .statistic, k: 65, tokens: 512)) == nil)
    var other = try machine().identity
    other.model += 1
    #expect(try time(plan(machine: other)) == nil)
  }

  @Test func aDemandIsMetBeforeThePlan() throws {
    let found = try select(plan(), forced: "statistic=scalar")
    #expect(found.step == .forced && found.variant.row.name == "scalar" && found.explanation.hasSuffix("(forced)"))
  }

  @Test func aDemandThatCannotBeMetIsAMiss() throws {
    let product = Problem(family: .qmatmul, n: 64, k: 64, tokens: 1, format: .q4g32, activation: .a8)
    let lookup = PlanLookup(
      plan: nil, forced: try ForcedChoices("qmatmul=f32/scalar"), machine: try machine(), threads: 1)
    let found = try lookup.select(QMatmulFamily(), for: product, layout: .rows)
    #expect(found.step != .forced)
    #expect(found.explanation.contains("miss: forced f32/scalar cannot serve it: takes f32 activations"))
  }

  @Test func aDemandedProductBringsItsLayout() throws {
    let lookup = PlanLookup(
      plan: nil, forced: try ForcedChoices("qmatmul=a8/scalar"), machine: try machine(), threads: 1)
    let selection = lookup.layout(n: 64, k: 64, format: .q4g32, element: .bf16, activation: .a8)
    let layout = try #require(QMatmulFamily().rows.first { $0.name == "a8/scalar" }?.layout)
    #expect(selection.layout == layout && selection.step == .forced)
  }

  @Test(arguments: [
    ("qmatmul", "expected family=variant, found `qmatmul`"), ("norm=a", "no family `norm`; expected one of statistic"),
    ("statistic=fast", "statistic has no variant `fast`; expected one of scalar, "),
    ("quantize=bf16/scalar,qmatmul=a8/scalar_c16", "share no packed layout"),
  ])
  func whatIsNoDemandIsOneLineThatListsWhatIs(text: String, part: String) {
    let error = #expect(throws: ForceError.self) { try ForcedChoices(text) }
    #expect(error?.description.contains(part) == true && error?.description.contains("\n") == false)
  }

  @Test func severalFamiliesAreDemandedAtOnce() throws {
    let forced = try ForcedChoices("statistic=simd, quantizeActivations=a8/scalar")
    #expect(forced[.statistic] == "simd" && forced[.quantizeActivations] == "a8/scalar" && forced[.qmatmul] == nil)
    #expect(try ForcedChoices("") == .none)
  }

  /// A layout that nothing here packs or reads must not become an error of the run.
  @Test func aLayoutThatCannotHoldTheFormatIsNotTaken() throws {
    var plan = try plan()
    plan.layouts = [
      LayoutChoice(
        n: 64, k: 64, format: .q4g32, element: .bf16, activation: .a8, threads: 1, layout: .compact16,
        workload: .standard, scores: [:])
    ]
    let lookup = PlanLookup(plan: plan, machine: try machine(), threads: 1)
    let selection = lookup.layout(n: 64, k: 64, format: .q4g32, element: .bf16, activation: .a8)
    #expect(selection.layout != .compact16 && selection.step == .estimate)
  }
}
