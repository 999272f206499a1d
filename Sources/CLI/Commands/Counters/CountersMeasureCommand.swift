internal import ArgumentParser
internal import Records

/// Counts a kernel and prints the metrics.
struct CountersMeasureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Count calls of a kernel, cold weights, and print the metrics; what is absent has its reason.")

  @Option(help: "Only this metric group.")
  var group: String?

  @OptionGroup var workload: CountedWorkload
  @OptionGroup var options: MachineOptions

  func run() throws {
    let groups = try options.dataFolder.metricGroups(group)
    print(try workload.record(groups, options).text(groups))
  }
}
