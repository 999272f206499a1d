import Foundation
import Testing

/// Tune, report and run away from the package, as an installed binary does.
@Suite struct TuningTests {
  @Test func tunesReportsAndRunsElsewhere() throws {
    let folder = try TemporaryFolder()
    let tool = CommandLineTool(folder: folder.url, environment: ["XDG_CONFIG_HOME": "\(folder.path)/configuration"])
    let binary = folder.url.appendingPathComponent("ttq")
    try FileManager.default.copyItem(at: CommandLineTool.binary, to: binary)
    var moved = tool
    moved.binary = binary

    let nothing = try moved.run("report")
    #expect(nothing.status == 1)

    let tuned = try moved.run("tune", "--model", CommandLineTool.demoModel, "--time-limit", "15", "--threads", "1")
    #expect(tuned.status == 0, "\(tuned.errors)")
    let plans = try plans(below: folder)
    #expect(plans.count == 1)
    let plan = try #require(plans.first)
    #expect(tuned.output.contains(plan))
    let shown = try moved.run("plan", "show")
    #expect(shown.output.contains("(qmatmul/") && shown.output.contains(/pages +(huge|small)/), "\(shown.output)")

    let report = try moved.run("report")
    #expect(report.status == 0)
    let page = try pages(below: folder)
    #expect(page.count == 1)

    let run = try moved.run(
      "run", CommandLineTool.demoModel, "-p", "The old man sat by the fire and", "--max-tokens", "4", "--threads", "1")
    #expect(run.status == 0)
    #expect(run.errors.contains("(exact)"))

    for (contents, part) in [
      ("", "an empty file"), ("{\"schema\": 99}", "schema 99"), ("{\"schema\": 1, \"rows\": [", "no JSON"),
    ] {
      try Data(contents.utf8).write(to: URL(fileURLWithPath: plan))
      let ignored = try moved.run(
        "run", CommandLineTool.demoModel, "-p", "The old man sat by the fire and", "--max-tokens", "4", "--threads", "1"
      )
      #expect(ignored.status == 0)
      #expect(
        ignored.errors.contains(part) && ignored.errors.contains("ignored") && ignored.errors.contains("(estimate)"))
    }
  }

  /// Rows of the ways of quantizing that a run asks for are exact, not of the nearest problem.
  @Test func tunesSearchAndRank() throws {
    let folder = try TemporaryFolder()
    let tool = CommandLineTool(folder: folder.url, environment: ["XDG_CONFIG_HOME": "\(folder.path)/configuration"])
    let plan = "\(folder.path)/plan.json"
    let ways = ["--search", "3", "--alpha", "auto", "--threads", "1", "--plan", plan]
    let model = CommandLineTool.demoModel
    let tuned = try tool.run(
      [
        "tune", "--model", model, "--time-limit", "120", "--journal", "\(folder.path)/journal.jsonl", "--only",
        "quantize/*",
      ] + ways)
    #expect(tuned.status == 0, "\(tuned.errors)")
    let run = try tool.run(["run", model, "-p", "The old man", "--max-tokens", "2", "--explain"] + ways)
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.errors.split(separator: "\n").filter { $0.contains("quantize/q4g32/search3") }
    #expect(lines.count > 4 && lines.allSatisfy { $0.contains("(exact)") }, "\(run.errors)")
    #expect(lines.contains { $0.contains("32x256") })
    let estimate = try tool.run("tune", "--model", model, "--rigor", "estimate", "--rank", "0,8", "--search", "16")
    #expect(estimate.output.contains("quantize/q4g32/r8/search16") && estimate.output.contains("lowrank/r8"))
    #expect(try tool.run("tune", "--search", "5").errors.contains("--search: expected 0, 3 or 16, found 5"))
  }

  private func plans(below folder: TemporaryFolder) throws -> [String] { try files("plan.json", below: folder) }

  private func pages(below folder: TemporaryFolder) throws -> [String] { try files("index.html", below: folder) }

  private func files(_ name: String, below folder: TemporaryFolder) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix("/\(name)") }.map {
      "\(folder.path)/\($0)"
    }
  }
}
