internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Records

/// What most commands share: threads, the plan, and where data lies.
struct MachineOptions: ParsableArguments {
  @Option(help: "Threads to use (default: physical cores within the CPU set and the control group's quota).")
  var threads: Int?

  @Option(help: "A tuned plan to use instead of the one of this machine.")
  var plan: String?

  @Option(help: "A folder to look for the package's data in, before all other places.")
  var data: String?

  func validate() throws {
    if let threads, !(1...64).contains(threads) {
      throw ValidationError("--threads: expected 1 to 64, found \(threads)")
    }
  }

  var dataFolder: DataFolder { DataFolder(explicit: data) }

  /// What `TTQ_ISA` says, nil where it says nothing.
  var isaLimit: String? {
    ProcessInfo.processInfo.environment["TTQ_ISA"].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// This machine, as `TTQ_ISA` limits it.
  func machine() throws -> Machine { try Machine.probe(isaLimit: isaLimit) }

  func threadCount(_ machine: Machine) -> Int { threads ?? machine.defaultThreads }

  func pool(_ machine: Machine) -> ThreadPool {
    ThreadPool(threads: threadCount(machine), cpus: machine.allowedCPUs)
  }

  /// The variants that `TTQ_FORCE` demands.
  func forced() throws -> ForcedChoices {
    try ProcessInfo.processInfo.environment["TTQ_FORCE"].map { try ForcedChoices($0) } ?? .none
  }

  /// The places where the plan of `machine` may lie.
  func planSearch(_ machine: Machine) -> PlanSearch {
    PlanSearch(machine: machine.identity, explicit: plan, folders: dataFolder.planFolders)
  }

  /// The plan for `machine` with the path it was read from, and what was found that could not be used.
  func loadPlan(_ machine: Machine) -> (plan: Plan?, path: String?, notes: [String]) {
    let found = planSearch(machine).find()
    return (found.plan, found.path, found.notes)
  }

  /// The file that a tuning of `machine` adds to: `--plan`, else where `ttq tune` writes.
  func planPath(_ machine: MachineIdentity) throws(CLIError) -> String {
    if let plan { return plan }
    return "\(try dataFolder.tuning(machine: machine.name))/plan.json"
  }

  /// This machine's plan and its path, for the commands that are about it; an error where there is none.
  func requiredPlan(_ machine: Machine) throws(CLIError) -> (plan: Plan, path: String) {
    let found = planSearch(machine).find()
    guard let plan = found.plan, let path = found.path else {
      let tried =
        found.notes.isEmpty ? ["looked for \(planSearch(machine).paths.joined(separator: ", "))"] : found.notes
      throw .failed("no plan of this machine: \(tried.joined(separator: "; "))")
    }
    for line in found.notes { note("note: \(line)") }
    return (plan, path)
  }
}
