internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Records
internal import Report

/// Writes the report of what was tuned on this machine.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write the report of this machine's tuning: index.html, report.md, report.json, candidates.csv.")

  @OptionGroup var options: MachineOptions

  @Option(help: "The folder to write to.")
  var output: String?

  func run() throws {
    let machine = try options.machine()
    let folder = try Self.write(
      tuning: try options.dataFolder.tuning(machine: machine.identity.name), plan: options.plan,
      output: output ?? options.dataFolder.report(machine: machine.identity.name))
    print("report: \(folder)/index.html")
  }

  /// Writes the report of the plan and journal in `tuning` to `output` and returns that folder.
  static func write(tuning: String, plan: String?, output: String) throws -> String {
    let path = plan ?? "\(tuning)/plan.json"
    let (entries, unreadable) = try Journal(path: "\(tuning)/journal.jsonl").read()
    var tuned: Plan?
    do throws(RecordError) {
      tuned = try Plan(path: path)
    } catch {
      note("\(error); the report is made from the journal alone")
    }
    guard let input = ReportInput(plan: tuned, entries: entries, unreadableLines: unreadable) else {
      throw CLIError.failed("\(path): nothing was tuned yet; run: ttq tune")
    }
    for file in ReportFile.all(for: input) { _ = try file.write(into: output) }
    return output
  }
}
