/// What makes two machines the same to a tuned plan. Rows measured on another machine are never used unseen.
package struct MachineIdentity: Codable, Hashable, Sendable {
  package var vendor: String
  package var family: Int
  package var model: Int
  package var stepping: Int
  /// Enabled instruction sets that a kernel may need, by name, after masking by `TTQ_ISA`.
  package var isa: [String]
  /// Bytes of one core's L1 data cache, its L2, and the L3 it reaches; 0 where the system does not tell.
  package var cacheBytes: [Int]
  package var physicalCores: Int
  package var logicalCores: Int

  package init(
    vendor: String, family: Int, model: Int, stepping: Int, isa: [String], cacheBytes: [Int], physicalCores: Int,
    logicalCores: Int
  ) {
    self.vendor = vendor
    self.family = family
    self.model = model
    self.stepping = stepping
    self.isa = isa
    self.cacheBytes = cacheBytes
    self.physicalCores = physicalCores
    self.logicalCores = logicalCores
  }

  /// The machine as a folder name: `intel-6-167-1-avx512vnni-2c`. The instruction set is the last of `isa`, which is in rising order.
  package var name: String {
    let maker =
      switch vendor {
      case "GenuineIntel": "intel"
      case "AuthenticAMD": "amd"
      default: String(vendor.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
      }
    return "\(maker)-\(family)-\(model)-\(stepping)-\(isa.last ?? "baseline")-\(physicalCores)c"
  }
}

/// What was true when rows were measured, recorded beside the key and never part of it.
package struct MeasurementContext: Codable, Hashable, Sendable {
  package var cpuName: String
  package var kernel: String
  package var compiler: String
  package var hypervisor: Bool
  /// CPUs' worth of time that the control group allows, or nil for no limit.
  package var cpuQuota: Double?
  package var governor: String?
  package var microcode: String?
  package var openBLASCore: String?
  /// ISO 8601, UTC.
  package var date: String

  package init(
    cpuName: String, kernel: String, compiler: String, hypervisor: Bool, cpuQuota: Double?, governor: String?,
    microcode: String?, openBLASCore: String?, date: String
  ) {
    self.cpuName = cpuName
    self.kernel = kernel
    self.compiler = compiler
    self.hypervisor = hypervisor
    self.cpuQuota = cpuQuota
    self.governor = governor
    self.microcode = microcode
    self.openBLASCore = openBLASCore
    self.date = date
  }
}
