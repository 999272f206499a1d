internal import ArgumentParser
internal import Kernels
internal import Records

/// Makes one plan of several of the same machine, such as those of the shards of a fleet.
struct PlanMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Make one plan of several that were tuned on machines of one kind, such as the shards of a fleet.")

  @Argument(help: "Plan files, in any order.")
  var files: [String]

  @Option(help: "The file to write.")
  var output: String

  func run() throws {
    var merged: Plan?
    for file in files {
      let plan = try Plan(path: file)
      guard let first = merged else {
        merged = plan
        continue
      }
      guard plan.machine == first.machine else {
        throw CLIError.failed(
          "\(file): expected a plan of \(first.machine.name) like \(files[0]), found one of \(plan.machine.name)\(plan.machine.name == first.machine.name ? " with other caches or cores" : ""); ttq plan import keeps the plans of several machines"
        )
      }
      merged?.merge(plan) { Catalogue.standard.voids($0) != nil }
    }
    guard let merged else { throw CLIError.failed("no plan to merge") }
    try merged.write(to: output)
    print("\(output): \(merged.rows.count) rows and \(merged.layouts.count) layouts of \(files.count) plans")
  }
}
