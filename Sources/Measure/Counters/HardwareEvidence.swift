package import Records

/// What hardware counters say of one call beside its time, where the machine has them; every part may be absent.
package struct HardwareEvidence: Hashable, Sendable {
  package let cycles: Double?
  /// Misses of the last-level cache.
  package let misses: Double?

  private static let cycleCounters = ["PAPI_TOT_CYC", "cycles"]
  private static let missCounters = ["PAPI_L3_TCM", "LLC-load-misses", "cache-misses"]
  private static let lineBytes = 64.0
  /// Clocks that differ by more than this share make times of different moments incomparable.
  fileprivate static let steadyClock = 0.02

  /// Takes the first counter of each kind that `counters`, per call, has.
  package init(_ counters: [String: Double]) {
    cycles = Self.cycleCounters.lazy.compactMap { counters[$0] }.first { $0 > 0 }
    misses = Self.missCounters.lazy.compactMap { counters[$0] }.first
  }

  /// Bytes fetched past the last-level cache over the analytic bytes of one call; nil where nothing was counted. Counters see the
  /// calling thread alone, so it says something of calls on one thread.
  package func traffic(of cost: Cost) -> Double? {
    guard let misses, cost.bytes > 0 else { return nil }
    return misses * Self.lineBytes / cost.bytes
  }
}

extension [CandidateResult] {
  /// What the search compares, one for each: median nanoseconds or, where hardware counted cycles of all and the clock varied among
  /// them, cycles at the mean clock, which are nanoseconds again. Infinity where there is no time.
  package var comparableNanoseconds: [Double] {
    let times = map { $0.timing?.medianNanoseconds ?? .infinity }
    let cycles = map { $0.counters.flatMap { HardwareEvidence($0).cycles } }
    let clocks = zip(cycles, times).compactMap { cycles, time in
      cycles.flatMap { time > 0 && time.isFinite ? $0 / time : nil }
    }
    guard clocks.count == count, let slowest = clocks.min(), let fastest = clocks.max(), slowest > 0,
      fastest / slowest > 1 + HardwareEvidence.steadyClock
    else { return times }
    let usual = Statistics.median(clocks)
    return cycles.map { ($0 ?? .infinity) / usual }
  }
}
