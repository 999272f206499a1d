internal import ArgumentParser
internal import Measure
internal import Records

/// Lists the metric groups with what this machine has of their counters.
struct CountersListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the metric groups of Tuning/metrics and the counters behind them, or why there are none.")

  @OptionGroup var options: MachineOptions

  func run() throws {
    let groups = try options.dataFolder.metricGroups()
    let session = CounterSession(counters: groups.flatMap(\.counters))
    for group in groups {
      print("\(group.name): \(group.summary)")
      for event in group.events {
        for counter in event.counters {
          let known = session.availability.first { $0.name == counter }
          let state = known.map { $0.absentBecause.map { "n/a: \($0)" } ?? "available" } ?? "n/a: no such counter"
          print("  \(event.name): \(counter) [\(known?.source.heading ?? "-")]: \(state)")
        }
      }
      print("")
    }
  }
}
