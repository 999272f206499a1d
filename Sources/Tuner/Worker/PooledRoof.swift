package import Kernels
package import Measure
internal import Synchronization

/// The work of a roof as something to time on a pool: on the threads, and in the moments, of the kernels that are held against it.
package final class PooledRoof: Timeable {
  package let load: RoofLoad
  package let copies: Int
  private let pool: ThreadPool
  private var copy = 0
  private let failed = Atomic<Bool>(false)

  /// `pool` has at least the load's threads.
  package init(_ load: RoofLoad, on pool: ThreadPool) {
    precondition(load.threads <= pool.threads)
    self.load = load
    self.pool = pool
    copies = load.copies
  }

  /// Whether every call did what it should.
  package var holds: Bool { !failed.load(ordering: .relaxed) }

  package func run(copy: Int) {
    self.copy = copy
    let context = unsafe UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
    unsafe pool.run(parts: load.threads, context: context) { context, rank, _ in
      let roof = unsafe Unmanaged<PooledRoof>.fromOpaque(context).takeUnretainedValue()
      if !roof.load.part(rank, roof.copy) { roof.failed.store(true, ordering: .relaxed) }
    }
  }
}
