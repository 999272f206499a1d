internal import CKernels
internal import Foundation

/// Why a counter is not there, in words that tell what to do about it.
package enum AbsenceReason {
  /// The reason for a refusal of perf_event_open.
  ///
  /// - Parameters:
  ///   - code: its errno.
  ///   - paranoid: the content of perf_event_paranoid, where it can be read.
  ///   - virtual: whether a hypervisor is present.
  package static func perf(code: Int32, paranoid: Int?, virtual: Bool) -> String {
    switch code {
    case ENOENT, ENODEV, EOPNOTSUPP:
      let machine = virtual ? "virtual machine" : "system"
      return code == ENOENT
        ? "no PMU is exposed to this \(machine) (perf_event_open: ENOENT)"
        : "the PMU of this \(machine) does not count this event (perf_event_open: \(name(code)))"
    case EACCES, EPERM:
      let level = paranoid.map { "kernel.perf_event_paranoid is \($0)" } ?? "kernel.perf_event_paranoid is not readable"
      return "not permitted: \(level), or a container forbids it (perf_event_open: \(name(code)))"
    case ENOSYS:
      return "this kernel has no perf_event interface, or a container hides it (perf_event_open: ENOSYS)"
    default:
      return "perf_event_open: \(name(code))"
    }
  }

  /// The reason for a PAPI preset that could not be added.
  ///
  /// - Parameters:
  ///   - message: PAPI's own.
  ///   - cyclesRefused: the errno with which perf_event_open refused plain cycles, or nil where the PMU works.
  package static func preset(
    message: String, cyclesRefused: Int32?, paranoid: Int?, virtual: Bool
  ) -> String {
    if let code = cyclesRefused { return perf(code: code, paranoid: paranoid, virtual: virtual) }
    return "PAPI does not offer this preset on this processor: \(message)"
  }

  static func perf(code: Int32) -> String { perf(code: code, paranoid: paranoidLevel, virtual: isVirtual) }

  static func preset(message: String, cyclesRefused: Int32?) -> String {
    preset(message: message, cyclesRefused: cyclesRefused, paranoid: paranoidLevel, virtual: isVirtual)
  }

  private static let isVirtual = ttq_cpu_probe().hypervisor != 0

  private static var paranoidLevel: Int? {
    guard let text = try? String(contentsOfFile: "/proc/sys/kernel/perf_event_paranoid", encoding: .utf8) else {
      return nil
    }
    return Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  private static func name(_ code: Int32) -> String {
    switch code {
    case ENOENT: "ENOENT"
    case ENODEV: "ENODEV"
    case EOPNOTSUPP: "EOPNOTSUPP"
    case EACCES: "EACCES"
    case EPERM: "EPERM"
    case EINVAL: "EINVAL"
    case EMFILE: "EMFILE"
    case EBUSY: "EBUSY"
    default: "errno \(code)"
    }
  }
}
