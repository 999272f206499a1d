internal import CKernels
internal import Glibc

/// What the system did to this process that makes a sample untrustworthy.
struct Disturbance: Hashable {
  /// Times another process's thread was given the processor of one of ours before that yielded it.
  var involuntarySwitches = 0
  /// Page faults that waited for a disk.
  var majorFaults = 0
  /// The processor that the calling thread runs on; another one later tells of a migration.
  var processor: Int32 = 0

  /// Counts since the process began, over all threads: a product waits for the slowest.
  static func now() -> Disturbance {
    var usage = rusage()
    guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return Disturbance() }
    return Disturbance(
      involuntarySwitches: usage.ru_nivcsw, majorFaults: usage.ru_majflt, processor: ttq_current_cpu())
  }
}
