internal import Glibc
internal import Synchronization

/// A fixed set of pinned workers that compute the parts of one job at a time.
///
/// Workers spin briefly for the next job, then sleep; a call allocates nothing. The calling thread computes part 0. One job runs
/// at a time: calls come from one thread.
package final class ThreadPool: Sendable {
  /// A job's body: the context of the call, the part to compute, and how many parts there are.
  package typealias Body = @convention(c) (UnsafeRawPointer, Int, Int) -> Void

  /// Threads that may share a job, the calling one included.
  package let threads: Int

  private let shared: PoolState
  private let handles: [pthread_t]

  /// A pool of `threads` threads, worker i bound to `cpus[i % cpus.count]`; no CPUs leaves them to the scheduler.
  package init(threads: Int, cpus: [Int] = []) {
    precondition(threads >= 1)
    self.threads = threads
    shared = PoolState(threads: threads)
    var started: [pthread_t] = []
    for worker in 1..<max(1, threads) {
      let cpu = cpus.isEmpty ? nil : cpus[worker % cpus.count]
      let start = WorkerStart(state: shared, worker: worker, cpu: cpu)
      var handle = pthread_t()
      let argument = unsafe Unmanaged.passRetained(start).toOpaque()
      let failed = unsafe pthread_create(
        &handle, nil,
        { argument in
          guard let argument = unsafe argument else { return nil }
          let start = unsafe Unmanaged<WorkerStart>.fromOpaque(argument).takeRetainedValue()
          if let cpu = start.cpu { AllowedCPUs.bindCallingThread(to: cpu) }
          start.state.work(as: start.worker)
          return nil
        }, argument)
      precondition(failed == 0, "no thread could be started")
      started.append(handle)
    }
    handles = started
    if threads > 1, let first = cpus.first { AllowedCPUs.bindCallingThread(to: first) }
  }

  deinit {
    shared.stop()
    for handle in handles { pthread_join(handle, nil) }
  }

  /// Runs `body(context, part, parts)` for every part below `parts`, at most `threads`, and returns when all are done.
  @unsafe package func run(parts: Int, context: UnsafeRawPointer, body: Body) {
    precondition(parts >= 1 && parts <= threads)
    if parts > 1 { unsafe shared.publish(parts: parts, context: context, body: body) }
    unsafe body(context, 0, parts)
    if parts > 1 { shared.waitUntilDone() }
  }

  /// Makes sure that every thread has `floats` floats of scratch memory. Not during a job.
  package func reserveScratch(floats: Int) {
    shared.reserveScratch(floats: floats)
  }

  /// Floats between the scratch memories of two threads.
  package var scratchStride: Int { shared.scratchStride }

  /// The scratch memory of the thread that computes `part`, aligned to 64 bytes.
  @unsafe package func scratch(part: Int) -> UnsafeMutablePointer<Float> {
    unsafe shared.scratch(part: part)
  }
}

private final class WorkerStart: Sendable {
  let state: PoolState
  let worker: Int
  let cpu: Int?

  init(state: PoolState, worker: Int, cpu: Int?) {
    self.state = state
    self.worker = worker
    self.cpu = cpu
  }
}
