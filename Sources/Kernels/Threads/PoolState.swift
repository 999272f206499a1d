internal import CKernels
internal import Glibc
internal import Synchronization

/// What the caller and the workers of a pool share.
///
/// `job` and `scratchMemory` are plain memory: the caller writes them before it raises `generation` (releasing) and workers read them
/// after they saw it rise (acquiring); the caller writes again only after `pending` fell to 0 (acquiring). That order is
/// what makes the unchecked conformance sound.
@safe final class PoolState: @unchecked Sendable {
  @unsafe private struct Job {
    var body: ThreadPool.Body?
    var context: UnsafeRawPointer?
    var parts = 0
  }

  private let threads: Int
  private let workers: Int
  private var job = unsafe Job()
  private var scratchMemory = AlignedBuffer<Float>(repeating: 0, count: 0)
  private(set) var scratchStride = 0

  private let generation = Atomic<Int>(0)
  private let pending = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private let sleepers = Atomic<Int>(0)
  private let callerSleeps = Atomic<Bool>(false)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// Pauses before a waiting thread goes to sleep: some tens of microseconds, longer than the gap between two operations of a
  /// layer, shorter than a scheduler's slice. None where the workers have not a CPU each, for then the one that is waited for may need it.
  private let spins: Int

  init(threads: Int, workers: Int, crowded: Bool) {
    self.threads = threads
    self.workers = workers
    spins = crowded ? 0 : 4000
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(wake, nil)
    unsafe pthread_cond_init(done, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(done)
    unsafe pthread_cond_destroy(wake)
    unsafe pthread_mutex_destroy(mutex)
    unsafe done.deallocate()
    unsafe wake.deallocate()
    unsafe mutex.deallocate()
  }

  // MARK: - The caller's side

  func publish(parts: Int, context: UnsafeRawPointer, body: ThreadPool.Body) {
    unsafe job = Job(body: body, context: context, parts: parts)
    // Every worker answers, also those without a part, so that none still reads this job when the next is written.
    pending.store(workers - 1, ordering: .relaxed)
    generation.add(1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      unsafe pthread_mutex_lock(mutex)
      unsafe pthread_cond_broadcast(wake)
      unsafe pthread_mutex_unlock(mutex)
    }
  }

  func waitUntilDone() {
    for _ in 0..<spins {
      if pending.load(ordering: .acquiring) == 0 { return }
      ttq_pause()
    }
    unsafe pthread_mutex_lock(mutex)
    callerSleeps.store(true, ordering: .sequentiallyConsistent)
    while pending.load(ordering: .sequentiallyConsistent) > 0 { unsafe pthread_cond_wait(done, mutex) }
    callerSleeps.store(false, ordering: .relaxed)
    unsafe pthread_mutex_unlock(mutex)
  }

  func stop() {
    unsafe pthread_mutex_lock(mutex)
    stopping.store(true, ordering: .sequentiallyConsistent)
    unsafe pthread_cond_broadcast(wake)
    unsafe pthread_mutex_unlock(mutex)
  }

  func reserveScratch(floats: Int) {
    let stride = (floats + 15) / 16 * 16
    guard stride > scratchStride else { return }
    scratchMemory = AlignedBuffer(repeating: 0, count: stride * threads)
    scratchStride = stride
  }

  func scratch(part: Int) -> UnsafeMutablePointer<Float> {
    unsafe scratchMemory.pointer + part * scratchStride
  }

  // MARK: - A worker's side

  func work(as worker: Int) {
    var seen = 0
    while let next = waitForJob(after: seen) {
      seen = next
      let job = unsafe self.job
      if let body = unsafe job.body, let context = unsafe job.context {
        for part in unsafe stride(from: worker, to: job.parts, by: workers) { unsafe body(context, part, job.parts) }
      }
      if pending.subtract(1, ordering: .sequentiallyConsistent).newValue == 0,
        callerSleeps.load(ordering: .sequentiallyConsistent)
      {
        unsafe pthread_mutex_lock(mutex)
        unsafe pthread_cond_signal(done)
        unsafe pthread_mutex_unlock(mutex)
      }
    }
  }

  /// The generation of the next job, or nil when the pool stops.
  private func waitForJob(after seen: Int) -> Int? {
    for _ in 0..<spins {
      let current = generation.load(ordering: .acquiring)
      if current != seen { return current }
      ttq_pause()
    }
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    sleepers.add(1, ordering: .sequentiallyConsistent)
    defer { sleepers.subtract(1, ordering: .relaxed) }
    while true {
      let current = generation.load(ordering: .sequentiallyConsistent)
      if current != seen { return current }
      if stopping.load(ordering: .sequentiallyConsistent) { return nil }
      unsafe pthread_cond_wait(wake, mutex)
    }
  }
}
