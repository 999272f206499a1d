internal import ArgumentParser
internal import Records

/// Prints the metrics of a recorded stream.
struct CountersReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Print the metrics of a stream that `ttq counters record` stored, of whatever machine.")

  @Argument(help: "The recorded file.")
  var file: String

  @Option(help: "Only this metric group.")
  var group: String?

  @OptionGroup var options: MachineOptions

  func run() throws {
    print(try CounterRecording(path: file).text(options.dataFolder.metricGroups(group)))
  }
}
