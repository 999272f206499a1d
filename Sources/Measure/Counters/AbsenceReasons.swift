internal import CKernels
internal import Foundation

/// Why counters are not there, in words that tell what to do about it; made once for the machine.
package struct AbsenceReasons: Hashable, Sendable {
  /// The content of perf_event_paranoid, where it can be read.
  let paranoid: Int?
  /// Whether a hypervisor is present.
  let virtual: Bool
  /// The errno with which perf_event_open refused plain cycles, or nil where the processor's PMU can be used.
  let cyclesRefused: Int32?

  package init(paranoid: Int?, virtual: Bool, cyclesRefused: Int32?) {
    self.paranoid = paranoid
    self.virtual = virtual
    self.cyclesRefused = cyclesRefused
  }

  /// The reasons of this machine.
  init(cyclesRefused: Int32?) {
    let text = try? String(contentsOfFile: "/proc/sys/kernel/perf_event_paranoid", encoding: .utf8)
    self.init(
      paranoid: text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) },
      virtual: ttq_cpu_probe().hypervisor != 0, cyclesRefused: cyclesRefused)
  }

  /// Why perf_event_open refused an event with errno `code`.
  package func perf(code: Int32) -> String {
    let call = "(perf_event_open: \(name(code)))"
    switch code {
    case ENOENT where cyclesRefused == ENOENT:
      return "no PMU is exposed to this \(virtual ? "virtual machine" : "system") \(call)"
    case ENOENT, ENODEV, EOPNOTSUPP:
      return "the PMU does not count this event \(call)"
    case EACCES, EPERM:
      let level = paranoid.map { "is \($0)" } ?? "is not readable"
      return "not permitted: kernel.perf_event_paranoid \(level), or a container forbids it \(call)"
    case ENOSYS:
      return "this kernel has no perf_event interface, or a container hides it \(call)"
    default:
      return "refused \(call)"
    }
  }

  /// Why PAPI did not add a preset or native event, given its own message.
  package func papi(message: String) -> String {
    cyclesRefused.map(perf(code:)) ?? "PAPI does not offer this event on this processor: \(message)"
  }

  private func name(_ code: Int32) -> String {
    switch code {
    case ENOENT: "ENOENT"
    case ENODEV: "ENODEV"
    case EOPNOTSUPP: "EOPNOTSUPP"
    case EACCES: "EACCES"
    case EPERM: "EPERM"
    case EINVAL: "EINVAL"
    case EMFILE: "EMFILE"
    case EBUSY: "EBUSY"
    case ENOSYS: "ENOSYS"
    default: "errno \(code)"
    }
  }
}
