internal import Synchronization

/// Where the threads of a measurement run, as far as it can be felt: how long two processors need to answer each other.
package enum CorePlacement {
  /// The median round trip of a cache line between two pinned threads in nanoseconds, some milliseconds of measuring.
  ///
  /// nil where fewer than two processors are allowed. A change between two calls tells that a hypervisor moved a core.
  package static func roundTripNanoseconds(between processors: [Int] = AllowedProcessors.current()) -> Double? {
    guard processors.count >= 2 else { return nil }
    let line = Line()
    let finished = PinnedTeam.run(on: Array(processors.prefix(2))) { rank, team in
      team.barrier()
      if rank == 0 { line.serve() } else { line.answer() }
    }
    return finished ? line.median.withLock { $0 } : nil
  }

  /// Whether two round trips belong to one place of the cores; what was not measured did not move.
  package static func same(_ a: Double?, _ b: Double?) -> Bool {
    guard let a, let b else { return true }
    return max(a, b) <= mostSpread * min(a, b)
  }

  /// Round trips that differ by more belong to different places of the cores.
  private static let mostSpread = 1.5

  /// The cache line that goes to and fro: even values are the server's turn, odd ones the other's.
  private final class Line: Sendable {
    static let trips = 200
    static let samples = 51
    /// Ends the measuring where each turn waits for a scheduler.
    static let patience: UInt64 = 100_000_000
    static let over = -1

    let value = Atomic<Int>(0)
    let median = Mutex<Double?>(nil)

    func serve() {
      let start = MonotonicClock.now()
      var times: [Double] = []
      var turn = 0
      while times.count < Self.samples, MonotonicClock.now() - start < Self.patience {
        let sampleStart = MonotonicClock.now()
        for _ in 0..<Self.trips {
          turn += 2
          value.store(turn - 1, ordering: .releasing)
          spin { value.load(ordering: .acquiring) == turn }
        }
        times.append(Double(MonotonicClock.now() - sampleStart) / Double(Self.trips))
      }
      value.store(Self.over, ordering: .releasing)
      let result = Statistics.median(times)
      median.withLock { $0 = result }
    }

    func answer() {
      var turn = 0
      while true {
        spin {
          let seen = value.load(ordering: .acquiring)
          return seen == turn + 1 || seen == Self.over
        }
        if value.load(ordering: .acquiring) == Self.over { return }
        turn += 2
        value.store(turn, ordering: .releasing)
      }
    }
  }
}
