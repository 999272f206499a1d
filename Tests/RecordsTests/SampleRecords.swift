internal import Foundation
internal import Records

/// Small records with every field filled.
enum SampleRecords {
  static let machine = MachineIdentity(
    vendor: "AuthenticAMD", family: 26, model: 2, stepping: 1, isa: ["avx2", "avx512vnni"],
    cacheBytes: [49_152, 1_048_576, 33_554_432], physicalCores: 4, logicalCores: 8)

  static let context = MeasurementContext(
    cpuName: "A processor", kernel: "Linux 6.1", compiler: "Swift 6.3", hypervisor: true, cpuQuota: 2.5,
    governor: "performance", microcode: "0x1", openBLASCore: "SkylakeX", date: "2025-01-01T00:00:00Z")

  static let roofs = RoofSet(
    roofs: [
      Roof(kind: .dramRead, threads: 1, value: 11.3, low: 11.1, high: 11.4),
      Roof(kind: .vpdpbusd, threads: 1, value: nil, reason: "no VNNI"),
    ], roundTripNanoseconds: 118)

  static let timing = Timing(medianNanoseconds: 1000, lowNanoseconds: 990, highNanoseconds: 1010, samples: 31)

  static let problem = Problem(
    family: .qmatmul, n: 3072, k: 1024, tokens: 1, format: .q4g32, activation: .a8)

  static func row(_ variant: String, layout: PackedLayout? = .panel16, threads: Int = 1) -> PlanRow {
    PlanRow(
      problem: problem, threads: threads, contract: 1, variant: variant, revision: 2, layout: layout,
      configuration: Configuration(threads: threads), timing: timing, roof: "dramRead", share: 0.8, error: 1e-7,
      runnerUp: RunnerUp(
        variant: "a8/scalar", configuration: Configuration(threads: threads), layout: .rows, timing: timing),
      rigor: .quick, date: context.date)
  }

  static func layout(_ chosen: PackedLayout, threads: Int = 1) -> LayoutChoice {
    LayoutChoice(
      n: 3072, k: 1024, format: .q4g32, element: .bf16, activation: .a8, threads: threads, layout: chosen,
      workload: .standard, scores: ["rows": 2e6, "panel16": 1e6])
  }

  static let plan = Plan(
    machine: machine, context: context, roofs: roofs, layouts: [layout(.panel16)], rows: [row("a8/avx512vnni_r16x1")])

  static func candidate(_ variant: String, median: Double? = 1000, revision: Int = 1) -> CandidateResult {
    CandidateResult(
      problem: problem, variant: variant, revision: revision, layout: .panel16,
      configuration: Configuration(threads: 1), status: median == nil ? .wrong : .correct,
      reason: median == nil ? "error 0.3" : nil,
      timing: median.map {
        Timing(medianNanoseconds: $0, lowNanoseconds: $0 * 0.99, highNanoseconds: $0 * 1.01, samples: 3)
      }, samples: median.map { [$0, $0, $0] } ?? [], cost: Cost(bytes: 2e6, operations: 6e6), error: 1e-7,
      roof: "dramRead", share: 0.8, counters: ["sde:::ttq::bytes": 2e6])
  }

  static let entries: [JournalEntry] = [
    .session(
      JournalSession(
        machine: machine, context: context, rigor: .measure, shapes: ["qwen3-0.6b"], format: .q4g32, threads: [1, 4])),
    .roofs(roofs),
    .counters([CounterAvailability(name: "PAPI_TOT_CYC", source: .hardwarePreset, absentBecause: "no PMU")]),
    .candidate(candidate("a8/scalar")),
    .candidate(candidate("a8/broken", median: nil)),
    .playOff([candidate("a8/avx512vnni_r16x1"), candidate("a8/avx512vnni_r32x1")]),
    .finished,
  ]
}

/// A folder of its own for one test, removed with it.
struct ScratchFolder: ~Copyable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("ttq-records-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String, holding text: String? = nil) throws -> String {
    let file = path + "/" + name
    if let text { try Data(text.utf8).write(to: URL(fileURLWithPath: file)) }
    return file
  }
}
