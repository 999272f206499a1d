internal import ArgumentParser
internal import Glibc
internal import Tuner

/// The tuner's worker process: candidates run here, so that one that crashes or hangs takes nothing else with it.
struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Serve the tuner (started by it).", shouldDisplay: false)

  @OptionGroup var options: MachineOptions

  func run() throws {
    // Ctrl-C reaches the whole foreground group; the tuner decides when its worker ends.
    signal(SIGINT, SIG_IGN)
    WorkerServer(machine: try options.machine()).run()
  }
}
