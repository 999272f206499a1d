internal import Foundation
package import Kernels
package import Records

extension MeasurementContext {
  /// What is true now of the system that `machine` runs.
  package static func current(_ machine: Machine) -> MeasurementContext {
    MeasurementContext(
      cpuName: machine.cpuName, kernel: kernelVersion, compiler: compilerVersion, hypervisor: machine.hypervisor,
      cpuQuota: machine.cpuQuota, governor: line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
      microcode: microcode, openBLASCore: try? OpenBLAS.loaded.get().coreName,
      date: Date.now.formatted(.iso8601))
  }

  private static var kernelVersion: String {
    [line("/proc/sys/kernel/ostype"), line("/proc/sys/kernel/osrelease")].compactMap { $0 }.joined(separator: " ")
  }

  /// The language tells its version only as a lower bound.
  private static var compilerVersion: String {
    #if compiler(>=6.4)
      "Swift 6.4 or later"
    #elseif compiler(>=6.3)
      "Swift 6.3"
    #else
      "Swift 6.2"
    #endif
  }

  private static var microcode: String? {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("microcode") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private static func line(_ path: String) -> String? {
    (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
