internal import Synchronization

/// Runs of one body by a pinned team, timed from the moment all threads are ready until the last is done.
struct RepeatedRun {
  /// Nanoseconds to spend, and runs to make even when that does not suffice.
  var budget: Double
  var minimum = 3
  var maximum = 2000

  /// The times of the runs in nanoseconds after an untimed one, or nil where threads are missing or a run's check failed.
  ///
  /// Runs in which the system took a processor from the team are left out, unless too few others remain.
  /// `body(rank, run)` is a thread's share of a run (0...) and returns whether its check held.
  func times(on processors: [Int], _ body: @escaping @Sendable (_ rank: Int, _ run: Int) -> Bool) -> [Double]? {
    let record = Record()
    let ran = PinnedTeam.run(on: processors) { rank, team in
      record.note(body(rank, 0))
      team.barrier()
      let first = MonotonicClock.now()
      var runs = 0
      while !record.over.load(ordering: .acquiring) {
        let before = Disturbance.now()
        team.barrier()
        let start = MonotonicClock.now()
        runs += 1
        record.note(body(rank, runs))
        if Disturbance.now() != before { record.disturbed.store(true, ordering: .relaxed) }
        team.barrier()
        if rank == 0 {
          let end = MonotonicClock.now()
          record.add(Double(end - start))
          let spent = Double(end - first) >= budget && runs >= minimum
          if spent || runs >= maximum || record.failed.load(ordering: .relaxed) {
            record.over.store(true, ordering: .releasing)
          }
        }
        // Nobody may look whether it is over before the first thread has said so.
        team.barrier()
      }
    }
    guard ran, !record.failed.load(ordering: .relaxed) else { return nil }
    let (quiet, all) = record.times.withLock { ($0.quiet, $0.all) }
    return quiet.count >= minimum ? quiet : all
  }

  private final class Record: Sendable {
    let times = Mutex<(quiet: [Double], all: [Double])>(([], []))
    let disturbed = Atomic<Bool>(false)
    let failed = Atomic<Bool>(false)
    let over = Atomic<Bool>(false)

    func note(_ holds: Bool) {
      if !holds { failed.store(true, ordering: .relaxed) }
    }

    func add(_ time: Double) {
      let quiet = !disturbed.exchange(false, ordering: .relaxed)
      times.withLock {
        $0.all.append(time)
        if quiet { $0.quiet.append(time) }
      }
    }
  }
}
