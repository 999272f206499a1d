/// Where a counter's number comes from; software counts never stand under a hardware heading.
package enum CounterSource: String, Codable, Hashable, Sendable, CaseIterable {
  /// PAPI preset or native event on the processor's performance monitoring unit.
  case hardwarePreset
  /// The kernel's generic hardware event through perf_event, where PAPI does not know the processor.
  case perfHardware
  /// perf_event software event: faults, switches, migrations.
  case perfSoftware
  /// Bytes, operations and tiles that our own kernels' wrappers count, read as PAPI software-defined events.
  case softwareDefined
}

/// One counter of this machine: available, or absent for a reason.
package struct CounterAvailability: Codable, Hashable, Sendable {
  package var name: String
  package var source: CounterSource
  /// nil where the counter can be read; otherwise why not.
  package var absentBecause: String?

  package init(name: String, source: CounterSource, absentBecause: String? = nil) {
    self.name = name
    self.source = source
    self.absentBecause = absentBecause
  }
}
