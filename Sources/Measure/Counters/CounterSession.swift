internal import CPAPI
package import Records

/// The counters of this machine, opened on the thread that makes the session and used on it alone.
///
/// A counting pass is separate from timing. It counts what its own thread does; work given to other threads is not seen,
/// except in the software counts.
package final class CounterSession {
  /// Every counter that the package knows, available or absent for a reason, in the order of reports.
  package let availability: [CounterAvailability]

  private let presets: PAPIEventSet?
  private let software: PAPIEventSet?
  private let perf: [PerfEvent]

  package init() {
    let software = PAPIEventSet()
    let presets = PAPIEventSet()
    // Where PAPI cannot multiplex, events are added until the counters are used up.
    _ = presets?.multiplex()
    var perf: [PerfEvent] = []
    let reasons = AbsenceReasons(cyclesRefused: Self.cyclesRefused())

    availability = CounterDefinition.all.map { definition in
      let reason: String?
      switch definition.access {
      case .preset(let name):
        let refusal = presets.map { $0.add(name) } ?? PAPI.absentBecause ?? "PAPI makes no event set"
        reason = refusal.map(reasons.preset(message:))
      case .software(let cell):
        reason = software.map { $0.add(cell.event) } ?? PAPI.absentBecause ?? "PAPI makes no event set"
      case .perf(let type, let event, let inKernel):
        do throws(PerfEvent.Refusal) {
          perf.append(try PerfEvent(definition.name, type: type, event: event, inKernel: inKernel))
          reason = nil
        } catch {
          reason = reasons.perf(code: error.code)
        }
      }
      return CounterAvailability(name: definition.name, source: definition.source, absentBecause: reason)
    }
    self.software = software
    self.presets = presets
    self.perf = perf
  }

  /// Counts over one run of `body`, which makes `calls` calls, and returns the counts of one call by counter name.
  ///
  /// A counter without a reading (absent, or crowded out for the whole pass) is not in the result.
  package func measure(calls: Int = 1, _ body: () -> Void) -> [String: Double] {
    precondition(calls >= 1)
    // The sets with no event in them do not start, and are then not read.
    let sets = [presets, software].compactMap { $0 }.filter { !$0.names.isEmpty && $0.start() }
    let events = perf.filter { $0.start() }
    body()
    let perfCounts = events.map { $0.stop() }
    let setCounts = sets.map { $0.stop() }

    var readings: [String: Double] = [:]
    for (event, count) in zip(events, perfCounts) {
      if let count { readings[event.name] = count / Double(calls) }
    }
    for (set, counts) in zip(sets, setCounts) {
      for (name, count) in zip(set.names, counts ?? []) { readings[name] = Double(count) / Double(calls) }
    }
    return readings
  }

  /// Counts over `calls` calls of a workload, of which each does `cost`.
  package func measure(_ workload: some Timeable, calls: Int, cost: Cost) -> [String: Double] {
    measure(calls: calls) {
      for call in 0..<calls { workload.run(copy: call % workload.copies) }
      SoftwareCounts.add(bytes: Int(cost.bytes) * calls, operations: Int(cost.operations) * calls, calls: calls)
    }
  }

  /// Whether plain cycles can be counted at all: the errno of the refusal, or nil.
  private static func cyclesRefused() -> Int32? {
    do throws(PerfEvent.Refusal) {
      _ = try PerfEvent(
        "cycles", type: PERF_TYPE_HARDWARE.rawValue, event: UInt64(PERF_COUNT_HW_CPU_CYCLES.rawValue), inKernel: false)
      return nil
    } catch {
      return error.code
    }
  }
}
