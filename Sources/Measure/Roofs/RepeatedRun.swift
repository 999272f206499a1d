internal import Synchronization

/// Runs of one body by a pinned team, timed from the moment all threads are ready until the last is done.
struct RepeatedRun {
  /// Nanoseconds to spend, and runs to make even when that does not suffice.
  var budget: Double
  var minimum = 3
  var maximum = 200

  /// The times of the runs in nanoseconds after an untimed one, or nil where threads are missing or a run's check failed.
  ///
  /// `body(rank)` is a thread's share of a run and returns whether its check held.
  func times(on processors: [Int], _ body: @escaping @Sendable (Int) -> Bool) -> [Double]? {
    let record = Record()
    let ran = PinnedTeam.run(on: processors) { rank, team in
      if !body(rank) { record.failed.store(true, ordering: .relaxed) }
      team.barrier()
      let first = MonotonicClock.now()
      var runs = 0
      while true {
        team.barrier()
        if record.over.load(ordering: .acquiring) { return }
        let start = MonotonicClock.now()
        let holds = body(rank)
        if !holds { record.failed.store(true, ordering: .relaxed) }
        team.barrier()
        guard rank == 0 else { continue }
        let end = MonotonicClock.now()
        runs += 1
        record.times.withLock { $0.append(Double(end - start)) }
        let spent = Double(end - first) >= budget && runs >= minimum
        if spent || runs >= maximum || record.failed.load(ordering: .relaxed) {
          record.over.store(true, ordering: .releasing)
        }
      }
    }
    guard ran, !record.failed.load(ordering: .relaxed) else { return nil }
    return record.times.withLock { $0 }
  }

  private final class Record: Sendable {
    let times = Mutex<[Double]>([])
    let failed = Atomic<Bool>(false)
    let over = Atomic<Bool>(false)
  }
}
