import Foundation
import Kernels
import Records
import Synchronization
import Testing
import Tuner

struct PlanFileTests {
  static func plan(_ problem: Problem, vendor: String = "GenuineIntel") throws -> Plan {
    let machine = MachineIdentity(
      vendor: vendor, family: 6, model: 1, stepping: 1, isa: ["avx2"], cacheBytes: [1, 2, 3], physicalCores: 2,
      logicalCores: 2)
    let context = MeasurementContext(
      cpuName: "A processor", kernel: "Linux 6.1", compiler: "Swift 6.3", hypervisor: true, cpuQuota: nil,
      governor: nil, microcode: nil, openBLASCore: nil, date: "2025-01-01T00:00:00Z")
    let rows = PlanEmissionTests.emission([1]).rows([
      try PlanEmissionTests.result(problem, "scalar", median: 1)
    ])
    return Plan(machine: machine, context: context, roofs: RoofSet(roofs: [], roundTripNanoseconds: nil), rows: rows)
  }

  static func problem(_ k: Int) -> Problem { Problem(family: .statistic, k: k, tokens: 512) }

  @Test func rowsAccumulate() throws {
    let folder = try ScratchFolder()
    let file = PlanFile(path: folder.path + "/deep/plan.json")
    #expect(try file.merge(Self.plan(Self.problem(1))).note == nil)
    let (plan, note) = try file.merge(Self.plan(Self.problem(2)))
    #expect(note == nil && plan.rows.map(\.problem.k) == [1, 2])
    #expect(try Plan(path: file.path) == plan)
  }

  @Test(arguments: ["", "{", "[]", #"{"schema": 99}"#, "\u{0}\u{1}garbage"])
  func whatIsNoPlanIsReportedAndKeptAside(text: String) throws {
    let folder = try ScratchFolder()
    let path = folder.path + "/plan.json"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try expectReplaced(path, bytes: Data(text.utf8))
  }

  @Test(arguments: [1, 100, 500])
  func aTruncatedPlanIsReportedAndKeptAside(cut: Int) throws {
    let folder = try ScratchFolder()
    let path = folder.path + "/plan.json"
    let bytes = try RecordFile.encode(Self.plan(Self.problem(1))).dropLast(cut + 1)
    try bytes.write(to: URL(fileURLWithPath: path))
    try expectReplaced(path, bytes: bytes)
  }

  @Test func anotherMachinesPlanIsReportedAndKeptAside() throws {
    let folder = try ScratchFolder()
    let path = folder.path + "/plan.json"
    try Self.plan(Self.problem(1), vendor: "AuthenticAMD").write(to: path)
    try expectReplaced(path, bytes: RecordFile.read(path))
  }

  private func expectReplaced(_ path: String, bytes: Data) throws {
    let (plan, note) = try PlanFile(path: path).merge(Self.plan(Self.problem(2)))
    #expect(note?.hasPrefix(path) == true && note?.contains("\n") == false)
    #expect(try Plan(path: path) == plan && plan.rows.map(\.problem.k) == [2])
    #expect(try RecordFile.read(path + ".replaced") == bytes)
  }

  @Test func tunersAtOnceLoseNothing() throws {
    let folder = try ScratchFolder()
    let path = folder.path + "/plan.json"
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 4) { tuner in
      for step in 0..<5 {
        do {
          _ = try PlanFile(path: path).merge(Self.plan(Self.problem(1 + 5 * tuner + step)))
        } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
    }
    #expect(failures.withLock { $0 }.isEmpty)
    #expect(Set(try Plan(path: path).rows.map(\.problem.k)) == Set(1...20))
  }
}
