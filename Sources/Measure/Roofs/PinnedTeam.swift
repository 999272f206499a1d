internal import CKernels
internal import Glibc
internal import Synchronization

/// The processors that this process was started on.
package enum AllowedProcessors {
  /// Their numbers, rising; empty where the system does not tell.
  package static func current() -> [Int] {
    var numbers = [UInt32](repeating: 0, count: 1024)
    let count = unsafe numbers.withUnsafeMutableBufferPointer { unsafe ttq_allowed_cpus($0.baseAddress, $0.count) }
    return numbers.prefix(count).map(Int.init)
  }
}

/// Threads that run one body side by side, each pinned to a processor of its own.
final class PinnedTeam: Sendable {
  let size: Int
  private let arrived = Atomic<Int>(0)
  private let generation = Atomic<Int>(0)
  /// Whether the body is run at all: undecided until every thread was made.
  private let decision = Atomic<Int>(PinnedTeam.undecided)

  private static let undecided = 0
  private static let go = 1
  private static let giveUp = 2

  private init(size: Int) { self.size = size }

  /// Runs `body(rank, team)` on one thread for each of `processors` and waits for all of them.
  ///
  /// Returns false, and runs nothing, where the system does not give the threads. A thread that cannot be pinned runs
  /// where the system puts it.
  static func run(on processors: [Int], _ body: @escaping @Sendable (Int, PinnedTeam) -> Void) -> Bool {
    let team = PinnedTeam(size: processors.count)
    var threads: [pthread_t] = []
    for (rank, processor) in processors.enumerated() {
      let member = Member {
        _ = ttq_pin_thread(UInt32(processor))
        if team.isComplete() { body(rank, team) }
      }
      guard let thread = member.begin() else { break }
      threads.append(thread)
    }
    let complete = threads.count == processors.count
    team.decision.store(complete ? go : giveUp, ordering: .releasing)
    for thread in threads { pthread_join(thread, nil) }
    return complete
  }

  /// Waits until every thread of the team is here.
  func barrier() {
    let current = generation.load(ordering: .acquiring)
    if arrived.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == size {
      arrived.store(0, ordering: .relaxed)
      generation.store(current + 1, ordering: .releasing)
    } else {
      spin { generation.load(ordering: .acquiring) != current }
    }
  }

  private func isComplete() -> Bool {
    spin { decision.load(ordering: .acquiring) != Self.undecided }
    return decision.load(ordering: .acquiring) == Self.go
  }
}

/// Waits for `condition`: busily, for a team should go on together, and after a while giving the processor away, for it
/// should go on at all where threads outnumber processors.
@inline(__always)
func spin(until condition: () -> Bool) {
  var turns = 0
  while !condition() {
    turns += 1
    if turns > 10_000 { sched_yield() }
  }
}

/// A thread's work, alive until the thread has done it.
private final class Member: Sendable {
  let work: @Sendable () -> Void

  init(work: @escaping @Sendable () -> Void) { self.work = work }

  /// Starts the thread, or returns nil where the system does not give one.
  func begin() -> pthread_t? {
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(self)
    let status = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Member>.fromOpaque(context).takeRetainedValue().work()
        return nil
      }, context.toOpaque())
    if status == 0 { return thread }
    unsafe context.release()
    return nil
  }
}
