internal import CKernels

/// A set of logical CPUs, as the scheduler takes it.
struct CPUSet {
  private var set = ttq_cpuset()

  /// The CPUs that the calling thread may run on; empty where the system does not tell.
  static func current() -> CPUSet {
    var current = CPUSet()
    _ = unsafe ttq_cpuset_get(&current.set)
    return current
  }

  static func only(_ cpu: Int) -> CPUSet {
    var only = CPUSet()
    unsafe withUnsafeMutableBytes(of: &only.set) { bytes in
      if cpu / 8 < bytes.count { unsafe bytes[cpu / 8] |= 1 << (cpu % 8) }
    }
    return only
  }

  /// The CPUs in rising order.
  var indices: [Int] {
    unsafe withUnsafeBytes(of: set) { bytes in
      (0..<bytes.count * 8).filter { unsafe bytes[$0 / 8] >> ($0 % 8) & 1 == 1 }
    }
  }

  /// Binds the calling thread to this set; a refusal (the set is not allowed) leaves it where it was.
  func bindCallingThread() {
    var copy = set
    _ = unsafe ttq_cpuset_bind(&copy)
  }
}
