internal import CKernels
internal import Foundation
package import Records

/// This machine as the kernels see it: what it can execute, what it is called, and how many threads it is worth.
package struct Machine: Sendable {
  package let identity: MachineIdentity
  /// What kernels may use: what CPUID and XGETBV report, masked by `TTQ_ISA`.
  package let isa: ISA
  /// What the processor has, before masking.
  package let hardwareISA: ISA
  package let cpuName: String
  package let hypervisor: Bool
  /// Logical CPUs that the scheduler lets this process run on.
  package let allowedCPUs: [Int]
  /// CPUs' worth of time that the control group allows, or nil for no limit.
  package let cpuQuota: Double?
  package let memoryBytes: Int

  /// Bytes of the last-level cache, or 32 MiB where the system does not tell.
  package var lastLevelCacheBytes: Int { identity.cacheBytes.last { $0 > 0 } ?? 32 << 20 }

  /// Threads that a command uses unless told otherwise.
  package var defaultThreads: Int {
    Self.threads(cores: identity.physicalCores, cpus: allowedCPUs.count, quota: cpuQuota)
  }

  /// min(physical cores, CPUs of the set, whole CPUs of the quota), at least 1.
  package static func threads(cores: Int, cpus: Int, quota: Double?) -> Int {
    let most = min(cores, cpus)
    guard let quota, quota < Double(most) else { return max(1, most) }
    return max(1, Int(quota))
  }

  /// Probes this machine. `isaLimit` is the value of `TTQ_ISA`; an unknown name is an error that lists the known ones.
  package static func probe(isaLimit: String? = nil) throws(MachineError) -> Machine {
    let cpu = ttq_cpu_probe()
    let hardware = ISA(rawValue: cpu.isa)
    var limit = hardware
    if let isaLimit {
      guard let named = ISA.upTo(isaLimit) else { throw .unknownISA(isaLimit) }
      limit = named
    }
    let isa = hardware.intersection(limit)
    let allowed = AllowedCPUs.read()
    let topology = Topology.read(allowed: allowed)
    let identity = MachineIdentity(
      vendor: text(cpu.vendor), family: Int(cpu.family), model: Int(cpu.model), stepping: Int(cpu.stepping),
      isa: isa.names, cacheBytes: topology.cacheBytes, physicalCores: topology.physicalCores,
      logicalCores: topology.logicalCores)
    return Machine(
      identity: identity, isa: isa, hardwareISA: hardware, cpuName: text(cpu.brand), hypervisor: cpu.hypervisor != 0,
      allowedCPUs: allowed, cpuQuota: ControlGroup.cpuQuota(), memoryBytes: Int(ProcessInfo.processInfo.physicalMemory))
  }

  private static func text<Bytes>(_ bytes: Bytes) -> String {
    let raw = unsafe withUnsafeBytes(of: bytes) { unsafe Array($0.prefix { $0 != 0 }) }
    return String(decoding: raw, as: UTF8.self).trimmingCharacters(in: .whitespaces)
  }
}

/// Why the machine could not be taken as asked.
package enum MachineError: Error, CustomStringConvertible {
  case unknownISA(String)

  package var description: String {
    switch self {
    case .unknownISA(let name):
      "TTQ_ISA=\(name): expected one of baseline, \(ISA.named.map(\.name).joined(separator: ", "))"
    }
  }
}
