internal import ArgumentParser
internal import Records
internal import Tuner

/// Adds plans from elsewhere to those kept here, each to that of its own machine.
struct PlanImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Add the rows of plan files to the plans kept here, each to the plan of the machine it was tuned on.")

  @Argument(help: "Plan files.")
  var files: [String]

  @OptionGroup var options: MachineOptions

  func run() throws {
    // All are read before the first is added: one that is no plan leaves everything as it was.
    let plans = try files.map { (file: $0, plan: try Plan(path: $0)) }
    for (file, plan) in plans {
      let path = try options.planPath(plan.machine)
      let (merged, aside) = try PlanFile(path: path).merge(plan)
      if let aside { note("note: \(aside)") }
      print("\(file): \(plan.rows.count) rows; \(path) now has \(merged.rows.count)")
    }
  }
}
