import Foundation
import Kernels
import Testing

@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 8])
  func runsEveryPartOnceInEveryJob(threads: Int) {
    let pool = ThreadPool(threads: threads)
    var counts = [Int](repeating: 0, count: threads)
    for job in 0..<2000 {
      let parts = 1 + job % threads
      unsafe counts.withUnsafeMutableBufferPointer { counts in
        guard let base = counts.baseAddress else { return }
        unsafe pool.run(parts: parts, context: base) { context, part, _ in
          // Each part touches its own cell, so that a part that ran twice or not at all shows in the sum.
          unsafe UnsafeMutableRawPointer(mutating: context).assumingMemoryBound(to: Int.self)[part] += 1
        }
      }
    }
    let expected = (0..<threads).map { part in (0..<2000).count { part < 1 + $0 % threads } }
    #expect(counts == expected)
  }

  /// Parts beyond the CPUs go to the workers that are there; a thread of its own, for a pool binds the one that made it.
  @Test(arguments: [1, 2, 3]) func startsNoMoreWorkersThanCPUs(cpus: Int) async throws {
    let allowed = try Machine.probe().allowedCPUs
    let chosen = Array(allowed.prefix(cpus))
    let (workers, counts) = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let pool = ThreadPool(threads: 8, cpus: chosen)
        var counts = [Int](repeating: 0, count: 8)
        for _ in 0..<500 {
          unsafe counts.withUnsafeMutableBufferPointer { counts in
            guard let base = counts.baseAddress else { return }
            unsafe pool.run(parts: 8, context: base) { context, part, _ in
              unsafe UnsafeMutableRawPointer(mutating: context).assumingMemoryBound(to: Int.self)[part] += 1
            }
          }
        }
        continuation.resume(returning: (pool.workers, counts))
      }
    }
    #expect(workers == (chosen.isEmpty ? 8 : chosen.count))
    #expect(counts == [Int](repeating: 500, count: 8))
  }

  /// The thread that makes a pool is bound to the first CPU while the pool lives; what the process may use stays known, and it is let go.
  @Test func bindsTheCallingThreadForItsLifeOnly() async throws {
    let allowed = try Machine.probe().allowedCPUs
    guard allowed.count > 1 else {
      print("skipped: bindsTheCallingThreadForItsLifeOnly needs two allowed CPUs")
      return
    }
    /// The mask of the calling thread, as the system tells it.
    @Sendable func mask() -> String? {
      (try? String(contentsOfFile: "/proc/thread-self/status", encoding: .utf8))?.split(separator: "\n")
        .first { $0.hasPrefix("Cpus_allowed:") }.map(String.init)
    }
    let (before, during, known, after) = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        // The thread begins where the one that starts it may be bound.
        do { withExtendedLifetime(ThreadPool(threads: 2, cpus: allowed)) {} }
        let before = mask()
        var (during, known): (String?, [Int]?)
        do {
          let pool = ThreadPool(threads: 2, cpus: allowed)
          (during, known) = (mask(), try? Machine.probe().allowedCPUs)
          withExtendedLifetime(pool) {}
        }
        continuation.resume(returning: (before, during, known, mask()))
      }
    }
    #expect(before != nil && during != before)
    #expect(known == allowed)
    #expect(after == before)
  }

  @Test func wakesSleepingWorkers() async throws {
    let pool = ThreadPool(threads: 2)
    for _ in 0..<5 {
      try await Task.sleep(for: .milliseconds(5))
      var counts = [0, 0]
      unsafe counts.withUnsafeMutableBufferPointer { counts in
        guard let base = counts.baseAddress else { return }
        unsafe pool.run(parts: 2, context: base) { context, part, parts in
          unsafe UnsafeMutableRawPointer(mutating: context).assumingMemoryBound(to: Int.self)[part] = part + parts
        }
      }
      #expect(counts == [2, 3])
    }
  }

  @Test func givesEachThreadItsOwnScratch() {
    let pool = ThreadPool(threads: 3)
    pool.reserveScratch(floats: 100)
    pool.reserveScratch(floats: 10)
    #expect(pool.scratchStride == 112)
    #expect(unsafe pool.scratch(part: 2) - pool.scratch(part: 0) == 224)
  }
}
