internal import Foundation
internal import Kernels
internal import Records
internal import Tuner

/// For the tests of the tuner: `worker` serves the standard catalogue with faulty rows in `statistic`; `tune FOLDER [CHANNELS [JOURNAL]]` runs
/// a small tuning that can be killed, and says before each step how much is recorded.
@main
struct FaultyWorker {
  static func main() {
    let arguments = CommandLine.arguments
    do {
      let machine = try Machine.probe(isaLimit: ProcessInfo.processInfo.environment["TTQ_ISA"])
      switch arguments.dropFirst().first {
      case "worker": WorkerServer(catalogue: Faults.catalogue, machine: machine).run()
      case "tune": try tune(Array(arguments.dropFirst(2)), machine)
      default: exit(2)
      }
    } catch {
      print(error)
      exit(1)
    }
  }

  private static func tune(_ arguments: [String], _ machine: Machine) throws(TuningError) {
    let channels = arguments.dropFirst().first.flatMap { Int($0) } ?? SmallTuning.channels
    var options = SmallTuning.options(folder: arguments.first ?? ".", channels: channels)
    if arguments.count > 2 { options.journalPath = arguments[2] }
    let outcome = try TuningRun(
      options: options, machine: machine, catalogue: SmallTuning.catalogue,
      workerExecutable: CommandLine.arguments[0], workerArguments: ["worker"],
      progress: { say("\($0.done) \($0.text)") }
    ).run()
    say("resumed \(outcome.resumed)")
  }

  /// Prints a line at once, so that a kill does not take it back.
  private static func say(_ line: String) {
    try? FileHandle.standardOutput.write(contentsOf: Data("\(line)\n".utf8))
  }
}
