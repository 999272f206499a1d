internal import CPAPI
internal import Glibc

/// One event of the kernel's perf_event interface, counted on the thread that opened it.
final class PerfEvent {
  /// Why an event did not open.
  struct Refusal: Error {
    /// The errno of perf_event_open.
    let code: Int32
  }

  let name: String
  private let descriptor: Int32

  /// Opens the event, counting the kernel too where that is allowed. `inKernel` events are refused where it is not.
  init(_ name: String, type: UInt32, event: UInt64, inKernel: Bool) throws(Refusal) {
    var opened = ttq_perf_open(type, event, inKernel || type == PERF_TYPE_SOFTWARE.rawValue ? 1 : 0)
    if opened == -EACCES || opened == -EPERM, !inKernel { opened = ttq_perf_open(type, event, 0) }
    guard opened >= 0 else { throw Refusal(code: -opened) }
    self.name = name
    descriptor = opened
  }

  deinit { close(descriptor) }

  func start() -> Bool { ttq_perf_start(descriptor) == 0 }

  /// Stops, and returns the words that the kernel delivers: count, time enabled, time running; none where it delivers others.
  func stop() -> [UInt64] {
    guard ttq_perf_stop(descriptor) == 0 else { return [] }
    var words: [UInt64] = [0, 0, 0]
    let size = words.count * MemoryLayout<UInt64>.stride
    let got = unsafe words.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, size) }
    return got == size ? words : []
  }
}
