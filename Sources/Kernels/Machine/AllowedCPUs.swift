internal import CKernels

/// The logical CPUs that this process was started on.
enum AllowedCPUs {
  /// Their numbers in rising order, on whichever thread; empty where the system does not tell.
  static func read() -> [Int] {
    var numbers = [UInt32](repeating: 0, count: 1024)
    let count = unsafe numbers.withUnsafeMutableBufferPointer { unsafe ttq_allowed_cpus($0.baseAddress, $0.count) }
    return numbers.prefix(count).map(Int.init)
  }

  /// Keeps the calling thread on `cpu`; a refusal leaves it where it was.
  static func bindCallingThread(to cpu: Int) {
    _ = ttq_pin_thread(UInt32(cpu))
  }

  /// The calling thread, for `release`.
  static var callingThread: Int32 { ttq_thread_number() }

  /// Lets `thread`, which was bound, run on all of them again; nothing where it has ended.
  static func release(_ thread: Int32) {
    ttq_unpin_thread(thread)
  }
}
