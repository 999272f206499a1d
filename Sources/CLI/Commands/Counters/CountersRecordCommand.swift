internal import ArgumentParser
internal import Records

/// Stores what the counters of this machine deliver, unscaled, so that it can be replayed where there are none.
struct CountersRecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Count calls of a kernel and store the raw stream, for `ttq counters replay` and for tests.")

  @Argument(help: "The file to write, JSON lines.")
  var file: String

  @OptionGroup var workload: CountedWorkload
  @OptionGroup var options: MachineOptions

  func run() throws {
    let recording = try workload.record(options.dataFolder.metricGroups(), options)
    try recording.write(to: file)
    let hardware = recording.hasHardware ? "hardware counters included" : "no hardware counter was available"
    print("\(file): \(recording.passes.count) passes of \(recording.header.workload); \(hardware)")
  }
}
