internal import Records

extension ReportSection {
  /// The machine and what was true when it was measured.
  static let machine = ReportSection(anchor: "machine", title: "Machine") { findings in
    let (machine, context) = (findings.input.machine, findings.input.context)
    let identity = "\(machine.vendor) family \(machine.family), model \(machine.model), stepping \(machine.stepping)"
    let isa = machine.isa.isEmpty ? "baseline only" : machine.isa.joined(separator: " ")
    return [
      .facts([
        Fact(name: "Measured", value: context.date),
        Fact(name: "Processor", value: "\(context.cpuName) (\(identity))"),
        Fact(name: "Cores", value: "\(machine.physicalCores) physical, \(machine.logicalCores) logical"),
        Fact(name: "Instruction sets", value: isa),
        Fact(name: "Caches", value: caches(machine.cacheBytes)),
        Fact(name: "CPU quota", value: context.cpuQuota.map { "\(Unit.plain.text($0)) CPUs" } ?? "none"),
        Fact(name: "Hypervisor", value: context.hypervisor ? "yes: a virtual machine" : "none seen"),
        Fact(name: "Governor", value: context.governor ?? "not shown by this system"),
        Fact(name: "Microcode", value: context.microcode ?? "not shown by this system"),
        Fact(name: "Kernel", value: context.kernel),
        Fact(name: "Compiler", value: context.compiler),
        Fact(name: "OpenBLAS core", value: context.openBLASCore ?? "not loaded"),
        Fact(name: "OpenBLAS kernels", value: choice(findings.input.plan?.choices?.openBLAS)),
        Fact(name: "Pages of packed weights", value: choice(findings.input.plan?.choices?.pages)),
        Fact(name: "Rigor", value: findings.input.rigor.rawValue),
      ])
    ]
  }

  /// `Zen; Haswell takes 1.3 times as long`.
  private static func choice(_ choice: MachineChoice?) -> String {
    guard let choice else { return "not tuned: the rule's" }
    let others = choice.ratios.filter { $0.name != choice.chosen }
    return ([choice.chosen] + others.map { "\($0.name) takes \(Unit.significant($0.ratio)) times as long" })
      .joined(separator: "; ")
  }

  private static func caches(_ bytes: [Int]) -> String {
    let levels = zip(["L1d", "L2", "L3"], bytes).map { name, size in "\(name) \(size > 0 ? cache(size) : "unknown")" }
    return levels.isEmpty ? "unknown" : levels.joined(separator: ", ")
  }

  private static func cache(_ bytes: Int) -> String {
    bytes >= 1 << 20
      ? "\(Unit.significant(Double(bytes) / 1_048_576)) MiB" : "\(Unit.significant(Double(bytes) / 1024)) KiB"
  }
}
