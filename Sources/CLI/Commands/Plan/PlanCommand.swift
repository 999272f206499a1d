internal import ArgumentParser
internal import Glibc
internal import Records

/// What was tuned: to look at, to carry from machine to machine, and to throw away.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show, export, import, merge, forget and compare tuned plans.",
    subcommands: [
      PlanShowCommand.self, PlanExportCommand.self, PlanImportCommand.self, PlanMergeCommand.self,
      PlanForgetCommand.self, PlanDiffCommand.self,
    ])
}

extension PlanRow {
  /// Whether the name of the row's problem, or that of the problem and the variant, matches a shell pattern; `*` also takes slashes.
  func matches(_ pattern: String) -> Bool {
    unsafe fnmatch(pattern, problem.name, 0) == 0 || fnmatch(pattern, "\(problem.name)/\(variant)", 0) == 0
  }

  /// The variant with what else the plan chose: `a8/avx2_r16x1, 2 threads`.
  var answer: String { "\(variant), \(configuration)" }
}
