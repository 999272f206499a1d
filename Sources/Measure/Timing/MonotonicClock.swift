internal import Glibc

/// The clock of every measurement: nanoseconds that neither jump nor are slewed.
package enum MonotonicClock {
  /// Nanoseconds since an arbitrary moment.
  package static func now() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC_RAW, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  /// What the clock itself costs, in nanoseconds.
  package struct Precision: Hashable, Sendable {
    /// The smallest step that was seen.
    package let resolution: Double
    /// The mean time of one reading.
    package let overhead: Double
  }

  /// Measures the clock over `readings` readings, well under a millisecond by default.
  package static func precision(readings: Int = 10_000) -> Precision {
    precondition(readings > 0)
    let start = now()
    var last = start
    var step = UInt64.max
    for _ in 0..<readings {
      let time = now()
      if time > last { step = min(step, time - last) }
      last = time
    }
    return Precision(
      resolution: step == .max ? Double(last - start) : Double(step),
      overhead: Double(last - start) / Double(readings))
  }
}
