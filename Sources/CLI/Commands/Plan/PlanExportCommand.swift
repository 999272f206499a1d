internal import ArgumentParser
internal import Foundation
internal import Records

/// Writes this machine's plan, or every candidate in the autotuning community's form, to a file.
struct PlanExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write this machine's plan to a file, or all candidates of its journal as T4 results.")

  enum Form: String, ExpressibleByArgument, CaseIterable { case plan, t4 }

  @Argument(help: "The file to write.")
  var file: String

  @Option(help: "plan, or t4: the results schema of the autotuning community, version 1.0.0.")
  var form = Form.plan

  @Option(help: "The journal to export as T4. (default: the one beside the plan)")
  var journal: String?

  @OptionGroup var options: MachineOptions

  func run() throws {
    switch form {
    case .plan:
      let (plan, path) = try options.requiredPlan(options.machine())
      try plan.write(to: file)
      print("\(file): \(plan.rows.count) rows of \(path)")
    case .t4:
      let path = try journalPath()
      guard FileManager.default.fileExists(atPath: path) else { throw CLIError.failed("\(path): no such journal") }
      let (entries, unreadable) = try Journal(path: path).read()
      let results = T4Results(entries)
      guard !results.results.isEmpty else { throw CLIError.failed("\(path): no candidate to export") }
      if unreadable > 0 { note("note: \(path): \(unreadable) lines are not readable and were left out") }
      try RecordFile.write(RecordFile.encode(results), to: file)
      print("\(file): \(results.results.count) candidates of \(path), T4 results \(T4Results.version)")
    }
  }

  private func journalPath() throws -> String {
    if let journal { return journal }
    let plan = try options.requiredPlan(options.machine()).path
    return URL(fileURLWithPath: plan).deletingLastPathComponent().appendingPathComponent("journal.jsonl").path
  }
}
