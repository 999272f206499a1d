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

  /// The plan for `machine` with the path it was read from, and what was found that could not be used.
  func loadPlan(_ machine: Machine) -> (plan: Plan?, path: String?, notes: [String]) {
    let path = plan ?? "\(dataFolder.tuning(machine: machine.identity.name))/plan.json"
    guard FileManager.default.fileExists(atPath: path) else {
      return (nil, nil, plan == nil ? [] : ["\(path): no such plan; kernels are chosen by rule"])
    }
    do {
      let loaded = try Plan(path: path)
      guard loaded.machine == machine.identity else {
        let same = loaded.machine.isa == machine.identity.isa
        let use = same ? "its rows serve as hints (same instruction sets)" : "ignored"
        return (loaded, path, ["\(path): tuned on \(loaded.machine.name), this is \(machine.identity.name); \(use)"])
      }
      return (loaded, path, [])
    } catch {
      return (nil, nil, ["\(error); ignored"])
    }
  }
}
