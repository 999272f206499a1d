internal import Glibc

/// What the system did to the calling thread that makes a sample untrustworthy.
struct Disturbance: Hashable {
  /// Times another thread was given the processor before this one yielded it.
  var involuntarySwitches = 0
  /// Page faults that waited for a disk.
  var majorFaults = 0

  /// Counts since the thread began.
  static func now() -> Disturbance {
    var usage = rusage()
    // RUSAGE_THREAD, which Swift's Glibc module hides.
    guard unsafe getrusage(__rusage_who_t(1), &usage) == 0 else { return Disturbance() }
    return Disturbance(involuntarySwitches: usage.ru_nivcsw, majorFaults: usage.ru_majflt)
  }
}
