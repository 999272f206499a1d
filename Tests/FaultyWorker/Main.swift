internal import Foundation
internal import Kernels
internal import Records
internal import Tuner

/// For the tests of the tuner: `worker` serves the standard catalogue with faulty rows in `statistic`, `tune FOLDER` runs a small tuning
/// that can be killed.
@main
struct FaultyWorker {
  static func main() {
    let arguments = CommandLine.arguments
    do {
      let machine = try Machine.probe(isaLimit: ProcessInfo.processInfo.environment["TTQ_ISA"])
      switch arguments.dropFirst().first {
      case "worker": WorkerServer(catalogue: Faults.catalogue, machine: machine).run()
      case "tune":
        let folder = arguments.dropFirst(2).first ?? "."
        let outcome = try TuningRun(
          options: SmallTuning.options(folder: folder), machine: machine, catalogue: SmallTuning.catalogue,
          workerExecutable: arguments[0], workerArguments: ["worker"]
        ).run()
        print("resumed \(outcome.resumed)")
      default: exit(2)
      }
    } catch {
      print(error)
      exit(1)
    }
  }
}
