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
    #expect(shown.output.contains(/pages +(huge|small) \(qmatmul.*huge .*small/), "\(shown.output)")

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

  private func plans(below folder: TemporaryFolder) throws -> [String] { try files("plan.json", below: folder) }

  private func pages(below folder: TemporaryFolder) throws -> [String] { try files("index.html", below: folder) }

  private func files(_ name: String, below folder: TemporaryFolder) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix("/\(name)") }.map {
      "\(folder.path)/\($0)"
    }
  }
}
