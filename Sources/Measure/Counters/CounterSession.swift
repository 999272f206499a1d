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

  /// - Parameter counters: names of counters to open besides the usual ones, as metric groups have them.
  package init(counters: [String] = []) {
    let software = PAPIEventSet()
    let presets = PAPIEventSet()
    // Where PAPI cannot multiplex, events are added until the counters are used up.
    _ = presets?.multiplex()
    var perf: [PerfEvent] = []
    let reasons = AbsenceReasons(cyclesRefused: Self.cyclesRefused())

    let usual = Set(CounterDefinition.all.map(\.name))
    var others: [String] = []
    for name in counters where !usual.contains(name) && !others.contains(name) { others.append(name) }
    let definitions = CounterDefinition.all + others.compactMap(CounterDefinition.named)
    let known = definitions.map { definition in
      let reason: String?
      switch definition.access {
      case .papi(let name):
        let refusal =
          presets.map { $0.add(name, as: definition.name) } ?? PAPI.absentBecause ?? "PAPI makes no event set"
        reason = refusal.map(reasons.papi(message:))
      case .software(let cell):
        reason =
          software.map { $0.add(cell.event, as: definition.name) } ?? PAPI.absentBecause ?? "PAPI makes no event set"
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
    let unknown = others.filter { CounterDefinition.named($0) == nil }.map {
      CounterAvailability(name: $0, source: .perfHardware, absentBecause: "no counter of this name is known to ttq")
    }
    availability = known + unknown
    self.software = software
    self.presets = presets
    self.perf = perf
  }

  /// Counts over one run of `body`, which makes `calls` calls, and returns what the counters delivered.
  ///
  /// A counter without a reading (absent, or one that does not stop) is not in the pass.
  package func pass(calls: Int = 1, _ body: () -> Void) -> CounterPass {
    precondition(calls >= 1)
    // The sets with no event in them do not start, and are then not read.
    let sets = [presets, software].compactMap { $0 }.filter { !$0.names.isEmpty && $0.start() }
    let events = perf.filter { $0.start() }
    let start = MonotonicClock.now()
    body()
    let end = MonotonicClock.now()
    let words = events.map { $0.stop() }
    let counts = sets.map { $0.stop() }
    let perfCounters = zip(events, words).compactMap { RawCounter(name: $0.name, words: $1) }
    let papiCounters = zip(sets, counts).flatMap { set, counts in
      zip(set.names, counts ?? []).map { RawCounter(name: $0, count: UInt64(clamping: $1)) }
    }
    return CounterPass(calls: calls, nanoseconds: end - start, counters: perfCounters + papiCounters)
  }

  /// Counts over `calls` calls of a workload, of which each does `cost`.
  package func pass(_ workload: some Timeable, calls: Int, cost: Cost) -> CounterPass {
    pass(calls: calls) {
      for call in 0..<calls { workload.run(copy: call % workload.copies) }
      SoftwareCounts.add(bytes: Int(cost.bytes) * calls, operations: Int(cost.operations) * calls, calls: calls)
    }
  }

  /// The counts of one call by counter name; a counter that was crowded out for the whole pass has none.
  package func measure(calls: Int = 1, _ body: () -> Void) -> [String: Double] { pass(calls: calls, body).perCall }

  /// Counts of one call of a workload, over `calls` of them.
  package func measure(_ workload: some Timeable, calls: Int, cost: Cost) -> [String: Double] {
    pass(workload, calls: calls, cost: cost).perCall
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
