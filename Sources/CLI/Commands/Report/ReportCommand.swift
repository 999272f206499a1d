internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Records
internal import Report

/// Writes the report of what was tuned on this machine.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract:
      "Write the report of this machine's tuning: index.html, report.md, report.json, results.csv, and the raw records beside them.",
    discussion:
      "Records of ttq eval --json (eval-*.jsonl) and of ttq bench-model --json (bench-model-*.jsonl), and the journal of an exhaustive tuning (tuner.jsonl.gz), are taken up where they lie in the folder that is written to."
  )

  @Option(help: "The journal to report on, plain or as .gz. (default: the one beside this machine's plan)")
  var journal: String?

  @Option(help: "Another plan to compare with: its file, or a folder that holds one, such as another report's.")
  var compare: String?

  @Flag(help: "Open the page when it is written.")
  var open = false

  @Option(help: "The folder to write to.")
  var output: String?

  @OptionGroup var options: MachineOptions

  func run() throws {
    let machine = try options.machine().identity
    var source = try ReportSource(tuning: options.dataFolder.tuning(machine: machine.name), plan: options.plan)
    if let journal { source = try ReportSource(journal: journal, plan: options.plan) }
    let other = try compare.map { try PlanComparisonSource(at: $0) }
    let name = source.machineName ?? machine.name
    let folder = try source.write(
      to: output ?? options.dataFolder.report(machine: name), data: options.dataFolder, compare: other)
    let page = "\(folder)/index.html"
    print("report: \(page)")
    if open { Self.show(page) }
  }

  /// Writes the report of the plan and journal in `tuning` to `output` and returns that folder.
  static func write(tuning: String, plan: String?, output: String) throws -> String {
    try ReportSource(tuning: tuning, plan: plan).write(to: output, data: DataFolder(explicit: nil), compare: nil)
  }

  /// The programs that open a page with what the user has chosen for pages.
  private static let openers = ["xdg-open", "open"]

  private static func show(_ page: String) {
    for opener in openers where ExternalProgram.path(of: opener) != nil {
      if ExternalProgram.run(opener, [page]) != nil { return }
      note("note: \(opener) did not open \(page)")
      return
    }
    note("note: nothing to open a page with was found; looked for \(openers.joined(separator: " and "))")
  }
}

extension PlanComparisonSource {
  /// The plan in the file at `path`, or in the folder there as a tuning or a report leaves it.
  init(at path: String) throws {
    var isFolder: ObjCBool = false
    let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let names = exists && isFolder.boolValue ? ["\(path)/plan.json", "\(path)/plan.json.gz"] : [path]
    guard let file = names.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw CLIError.notFound(path, tried: names)
    }
    self.init(name: path, plan: try Plan(ExternalProgram.read(file), from: file))
  }
}
