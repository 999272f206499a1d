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

  /// Stops, and returns the count scaled to the whole time; nil where the event never ran.
  func stop() -> Double? {
    guard ttq_perf_stop(descriptor) == 0 else { return nil }
    var words: [UInt64] = [0, 0, 0]
    let size = words.count * MemoryLayout<UInt64>.stride
    let got = unsafe words.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, size) }
    return PerfReading(words: got == size ? words : [])?.scaled
  }
}

/// A reading of a perf event: the count, and for how much of the time it was enabled a counter was really free for it.
package struct PerfReading: Hashable {
  let count: UInt64
  let enabled: UInt64
  let running: UInt64

  /// The three words that the kernel delivers: count, time enabled, time running; nil for any other number of words.
  package init?(words: [UInt64]) {
    guard words.count == 3 else { return nil }
    (count, enabled, running) = (words[0], words[1], words[2])
  }

  /// The count as it would be had the event run all the time; nil where it never ran.
  package var scaled: Double? {
    guard running > 0 else { return nil }
    return running >= enabled ? Double(count) : Double(count) * (Double(enabled) / Double(running))
  }
}
