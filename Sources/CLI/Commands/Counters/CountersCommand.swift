internal import ArgumentParser
internal import Foundation
internal import Measure
internal import Records

/// Counters in a pass of their own, never while something is timed.
struct CountersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "counters", abstract: "List metric groups, count a kernel, record a stream of counters, replay one.",
    subcommands: [
      CountersListCommand.self, CountersMeasureCommand.self, CountersRecordCommand.self, CountersReplayCommand.self,
    ])
}

extension DataFolder {
  /// The metric groups of `Tuning/metrics`, or the one called `name`, in the order of names.
  func metricGroups(_ name: String? = nil) throws -> [MetricGroup] {
    let folder = try find("Tuning/metrics")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".txt") }.sorted()
    let groups = try files.map { try MetricGroup(path: "\(folder)/\($0)") }
    guard let name else { return groups }
    guard let group = groups.first(where: { $0.name == name }) else {
      throw CLIError.invalid(
        "no metric group `\(name)` in \(folder); expected one of \(groups.map(\.name).joined(separator: ", "))")
    }
    return [group]
  }
}

extension CounterRecording {
  /// The metrics of `groups` as text: the median over the passes, or n/a with the reason.
  func text(_ groups: [MetricGroup]) -> String {
    let head = [
      "\(header.workload), \(passes.count) passes on \(header.context.cpuName)",
      hasHardware ? "hardware counters were read" : "no hardware counter was available: not seen on real counters",
    ]
    return
      (head
      + groups.flatMap { group in
        ["", "\(group.name): \(group.summary)"] + group.metrics.indices.map { line(group, $0) }
      }).joined(separator: "\n")
  }

  private func line(_ group: MetricGroup, _ index: Int) -> String {
    let readings = passes.map { pass in
      group.readings(counters: pass.perCall, seconds: pass.seconds, absence: absence)[index]
    }
    let metric = group.metrics[index]
    let values = readings.compactMap(\.value)
    guard !values.isEmpty else { return "  \(metric.name): n/a (\(readings.first?.absentBecause ?? "no pass"))" }
    let unit = metric.unit == "1" ? "" : " \(metric.unit)"
    return "  \(metric.name): \(String(format: "%.4g", Statistics.median(values)))\(unit)"
  }
}
