internal import Glibc
internal import Synchronization

/// A fixed set of pinned workers that compute the parts of one job at a time.
///
/// Workers spin briefly for the next job, then sleep; a call allocates nothing. The calling thread computes part 0. One job runs
/// at a time: calls come from one thread.
///
/// There is never more than one worker to a CPU: a spinning worker would keep from its CPU the one that is waited for. Parts beyond the
/// workers are computed by those that are there, each taking every `workers`-th.
package final class ThreadPool: Sendable {
  /// A job's body: the context of the call, the part to compute, and how many parts there are.
  package typealias Body = @convention(c) (UnsafeRawPointer, Int, Int) -> Void

  /// Parts that a job may have: the threads that were asked for.
  package let threads: Int
  /// Threads that share a job, the calling one included.
  package let workers: Int

  private let shared: PoolState
  private let handles: [pthread_t]
  /// The thread that made the pool, where it was bound to a CPU for as long as the pool lives.
  private let bound: Int32?

  /// A pool for jobs of `threads` parts, worker i bound to `cpus[i]` (distinct), the calling thread as worker 0 for as long as the pool
  /// lives; no CPUs leaves all `threads` of them to the scheduler.
  package init(threads: Int, cpus: [Int] = []) {
    precondition(threads >= 1)
    let workers = cpus.isEmpty ? threads : min(threads, cpus.count)
    self.threads = threads
    self.workers = workers
    let allowed = cpus.isEmpty ? AllowedCPUs.read().count : cpus.count
    shared = PoolState(threads: threads, workers: workers, crowded: allowed > 0 && workers > allowed)
    var started: [pthread_t] = []
    for worker in stride(from: 1, to: workers, by: 1) {
      let cpu = cpus.isEmpty ? nil : cpus[worker]
      let start = WorkerStart(state: shared, worker: worker, cpu: cpu)
      var handle = pthread_t()
      let argument = unsafe Unmanaged.passRetained(start).toOpaque()
      let failed = unsafe pthread_create(
        &handle, nil,
        { argument in
          guard let argument = unsafe argument else { return nil }
          let start = unsafe Unmanaged<WorkerStart>.fromOpaque(argument).takeRetainedValue()
          // A thread begins where the one that starts it is bound.
          if let cpu = start.cpu {
            AllowedCPUs.bindCallingThread(to: cpu)
          } else {
            AllowedCPUs.release(AllowedCPUs.callingThread)
          }
          start.state.work(as: start.worker)
          return nil
        }, argument)
      precondition(failed == 0, "no thread could be started")
      started.append(handle)
    }
    handles = started
    if workers > 1, let first = cpus.first {
      AllowedCPUs.bindCallingThread(to: first)
      bound = AllowedCPUs.callingThread
    } else {
      bound = nil
    }
  }

  deinit {
    shared.stop()
    for handle in handles { pthread_join(handle, nil) }
    if let bound { AllowedCPUs.release(bound) }
  }

  /// Runs `body(context, part, parts)` for every part below `parts`, at most `threads`, and returns when all are done.
  @unsafe package func run(parts: Int, context: UnsafeRawPointer, body: Body) {
    precondition(parts >= 1 && parts <= threads)
    let alone = parts == 1 || workers == 1
    if !alone { unsafe shared.publish(parts: parts, context: context, body: body) }
    for part in stride(from: 0, to: parts, by: workers) { unsafe body(context, part, parts) }
    if !alone { shared.waitUntilDone() }
  }

  /// Makes sure that every part has `floats` floats of scratch memory. Not during a job.
  package func reserveScratch(floats: Int) {
    shared.reserveScratch(floats: floats)
  }

  /// Floats between the scratch memories of two parts.
  package var scratchStride: Int { shared.scratchStride }

  /// The scratch memory for `part`, aligned to 64 bytes.
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
