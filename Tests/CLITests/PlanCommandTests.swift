import Foundation
import Kernels
import Records
import Testing

/// Plans at the command line: searched, shown, carried about, and missed with a reason.
@Suite struct PlanCommandTests {
  /// A folder with a copy of the binary, whose plans lie in a configuration folder below.
  private struct Elsewhere {
    let folder: TemporaryFolder
    var tool: CommandLineTool

    init() throws {
      folder = try TemporaryFolder()
      let binary = folder.url.appendingPathComponent("ttq")
      try FileManager.default.copyItem(at: CommandLineTool.binary, to: binary)
      tool = CommandLineTool(
        binary: binary, folder: folder.url,
        environment: [
          "XDG_CONFIG_HOME": "\(folder.path)/user", "XDG_CONFIG_DIRS": "\(folder.path)/one:\(folder.path)/two",
        ])
    }

    func path(_ place: String) throws -> String {
      "\(folder.path)/\(place)/ttq/machines/\(try identity().name)/plan.json"
    }

    func identity() throws -> MachineIdentity {
      try Machine.probe(isaLimit: ProcessInfo.processInfo.environment["TTQ_ISA"]).identity
    }

    /// A plan of this machine whose one row says that `variant` won `statistic`.
    func plan(_ variant: String, rigor: Rigor = .quick, tokens: Int = 512) throws -> Plan {
      let family = StatisticFamily()
      let row = try #require(family.rows.first { $0.name == variant })
      let timing = Timing(medianNanoseconds: 100, lowNanoseconds: 99, highNanoseconds: 101, samples: 9)
      let date = "2025-01-01T00:00:00Z"
      return Plan(
        machine: try identity(),
        context: MeasurementContext(
          cpuName: "A processor", kernel: "Linux", compiler: "Swift", hypervisor: false, cpuQuota: nil, governor: nil,
          microcode: nil, openBLASCore: nil, date: date), roofs: RoofSet(roofs: [], roundTripNanoseconds: nil),
        rows: [
          PlanRow(
            problem: Problem(family: .statistic, k: 256, tokens: tokens), threads: 1, contract: family.contract,
            variant: variant, revision: row.revision, layout: nil, configuration: Configuration(threads: 1),
            timing: timing, roof: nil, share: nil, error: nil, runnerUp: nil, rigor: rigor, date: date)
        ])
    }

    func explain(_ arguments: String...) throws -> CommandLineTool.Result {
      try tool.run(
        ["run", CommandLineTool.demoModel, "-p", "The old man sat by the fire and", "--max-tokens", "1", "--explain"]
          + ["--threads", "1"] + arguments)
    }
  }

  @Test func theFirstPlaceWithAPlanCounts() throws {
    let there = try Elsewhere()
    try there.plan("scalar").write(to: there.path("two"))
    #expect(try there.tool.run("plan", "show").output.contains(" scalar, 1 thread"))
    try there.plan("simd").write(to: there.path("one"))
    #expect(try there.tool.run("plan", "show").output.contains(" simd, 1 thread"))
    try Data("{".utf8).write(to: URL(fileURLWithPath: there.path("one")))
    let shown = try there.tool.run("plan", "show")
    let damaged = try there.path("one")
    #expect(shown.output.contains(" scalar, 1 thread") && shown.errors.contains("\(damaged): expected"))
    let explicit = "\(there.folder.path)/mine.json"
    try there.plan("tiled_c32").write(to: explicit)
    #expect(try there.tool.run("plan", "show", "--plan", explicit).output.contains(" tiled_c32, 1 thread"))
    #expect(try there.explain("--plan", explicit).errors.contains("statistic/256/t512: tiled_c32, 1 thread (exact)"))
    let none = try there.tool.run("plan", "show", "--plan", "/nowhere/plan.json")
    #expect(none.status == 1 && none.errors.contains("/nowhere/plan.json: no such plan"))
  }

  @Test func missesAreExplained() throws {
    let there = try Elsewhere()
    let path = try there.path("user")
    var plan = try there.plan("simd")
    plan.rows[0].revision = 99
    try plan.write(to: path)
    let revision = try there.explain()
    #expect(revision.status == 0 && revision.errors.contains("miss: simd was measured at revision 99, now"))

    plan.rows[0].revision = 1
    plan.machine.isa = ["avx10"]
    try plan.write(to: path)
    let other = try there.explain()
    #expect(other.status == 0 && other.errors.contains("\(path): tuned on") && other.errors.contains("ignored"))

    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    try Data(text.replacing("\"schema\" : 1", with: "\"schema\" : 2").utf8).write(to: URL(fileURLWithPath: path))
    let future = try there.explain()
    #expect(future.status == 0 && future.errors.contains("\(path): expected plan schema 1, found schema 2; ignored"))
  }

  @Test func aPlanOfAnotherMachineWithTheSameInstructionSetsIsAHint() throws {
    let there = try Elsewhere()
    var plan = try there.plan("simd")
    plan.machine.model += 1
    try plan.write(to: "\(there.folder.path)/user/ttq/machines/\(plan.machine.name)/plan.json")
    let run = try there.explain()
    #expect(run.errors.contains("its rows serve as hints") && run.errors.contains("(same-isa)"))
    #expect(run.errors.contains("not tuned for this model"))
  }

  @Test func plansAreExportedForgottenAndImportedAgain() throws {
    let there = try Elsewhere()
    let path = try there.path("user")
    var plan = try there.plan("simd", rigor: .measure)
    plan.rows += try there.plan("scalar", tokens: 1).rows
    try plan.write(to: path)
    let file = "\(there.folder.path)/carried.json"
    #expect(try there.tool.run("plan", "export", file).status == 0)
    #expect(try Plan(path: file) == plan)

    #expect(try there.tool.run("plan", "forget", "statistic/*/t512").output.contains("1 rows forgotten"))
    #expect(try Plan(path: path).rows.map(\.variant) == ["scalar"])
    #expect(try there.tool.run("plan", "forget").status == 64)
    let diff = try there.tool.run("plan", "diff", file)
    #expect(diff.output.contains("only before\n  statistic/256/t512, 1 thread: simd"))
    #expect(try there.tool.run("plan", "import", file).status == 0)
    #expect(Set(try Plan(path: path).rows.map(\.variant)) == ["scalar", "simd"])

    // What was measured less thoroughly does not replace it.
    let quick = "\(there.folder.path)/quick.json"
    try there.plan("tiled_c32").write(to: quick)
    #expect(try there.tool.run("plan", "import", quick).status == 0)
    #expect(Set(try Plan(path: path).rows.map(\.variant)) == ["scalar", "simd"])
    #expect(try there.tool.run("plan", "diff", path, quick).output.contains("1 with another winner"))

    let bad = "\(there.folder.path)/bad.json"
    try Data("[]".utf8).write(to: URL(fileURLWithPath: bad))
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    let refused = try there.tool.run("plan", "import", quick, bad)
    #expect(refused.status == 1 && refused.errors.contains("\(bad): expected a plan"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }

  @Test func shardsAreMergedAndMachinesAreNot() throws {
    let there = try Elsewhere()
    let files = ["a", "b", "c"].map { "\(there.folder.path)/\($0).json" }
    try there.plan("simd").write(to: files[0])
    try there.plan("scalar", tokens: 1).write(to: files[1])
    let output = "\(there.folder.path)/merged.json"
    #expect(try there.tool.run("plan", "merge", files[0], files[1], "--output", output).status == 0)
    #expect(try Plan(path: output).rows.map(\.variant) == ["simd", "scalar"])
    var other = try there.plan("simd")
    other.machine.stepping += 1
    try other.write(to: files[2])
    let refused = try there.tool.run("plan", "merge", files[0], files[2], "--output", output)
    #expect(refused.status == 1 && refused.errors.contains("found one of \(other.machine.name)"))
    #expect(try Plan(path: output).rows.count == 2)
  }

  @Test func aDemandIsMetOrListsWhatThereIs() throws {
    var there = try Elsewhere()
    there.tool.environment["TTQ_FORCE"] = "statistic=scalar"
    #expect(try there.explain().errors.contains("statistic/256/t512: scalar, 1 thread (forced)"))
    there.tool.environment["TTQ_FORCE"] = "statistic=fast"
    let refused = try there.explain()
    #expect(refused.status == 1 && refused.errors.contains("has no variant `fast`; expected one of scalar, "))
    there.tool.environment["TTQ_FORCE"] = "dequantize=scalar"
    #expect(try there.explain().errors.contains("dequantize=scalar serves no problem of this session"))
  }

  @Test func withoutAHomeThereIsOneLine() throws {
    var there = try Elsewhere()
    for name in ["XDG_CONFIG_HOME", "HOME"] { there.tool.environment[name] = "" }
    let tuned = try there.tool.run("tune", "--model", CommandLineTool.demoModel, "--time-limit", "2")
    #expect(tuned.status == 1 && tuned.errors.contains("neither HOME nor XDG_CONFIG_HOME is set"))
    #expect(try there.explain().status == 0)
  }
}
