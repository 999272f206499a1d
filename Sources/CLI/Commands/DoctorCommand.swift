internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Measure
internal import Records

/// Says what this machine is and what the package will use of it.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract:
      "Print the machine, its instruction sets, caches, counters with reasons, measured roofs, and the plan that would be used."
  )

  @OptionGroup var options: MachineOptions

  @Option(help: "Seconds to spend on measuring the roofs; 0 leaves them out.")
  var seconds = 6.0

  func validate() throws {
    guard (0...600).contains(seconds) else { throw ValidationError("--seconds: expected 0 to 600, found \(seconds)") }
  }

  func run() throws {
    let machine = try options.machine()
    printMachine(machine)
    printCounters()
    if seconds > 0 { printRoofs(machine) }
    printPlan(machine)
  }

  private func printMachine(_ machine: Machine) {
    let identity = machine.identity
    let masked =
      machine.hardwareISA == machine.isa ? "" : " (masked by TTQ_ISA; the processor has \(machine.hardwareISA.text))"
    print("machine        \(identity.name)")
    print(
      "processor      \(machine.cpuName), \(identity.vendor) family \(identity.family) model \(identity.model) stepping \(identity.stepping)"
    )
    print("instructions   \(machine.isa.text)\(masked)")
    let caches = zip(["L1d", "L2", "L3"], identity.cacheBytes).filter { $0.1 > 0 }.map { "\($0) \(Quantity.bytes($1))" }
    print("caches         \(caches.isEmpty ? "not told by the system" : caches.joined(separator: ", "))")
    print("memory         \(Quantity.bytes(machine.memoryBytes))")
    print(
      "cores          \(identity.physicalCores) physical, \(identity.logicalCores) logical; allowed CPUs \(machine.allowedCPUs)"
    )
    print("cgroup quota   \(machine.cpuQuota.map { "\(Quantity.decimal($0)) CPUs" } ?? "none")")
    print("hypervisor     \(machine.hypervisor ? "yes: a virtual machine" : "no")")
    print("threads        \(machine.defaultThreads) by default")
    switch OpenBLAS.loaded {
    case .success(let blas): print("OpenBLAS       core \(blas.coreName)")
    case .failure(let error): print("OpenBLAS       not available: \(error)")
    }
  }

  private func printCounters() {
    print("\ncounters")
    for counter in CounterSession().availability {
      let state = counter.absentBecause.map { "n/a: \($0)" } ?? "available"
      print("  \(counter.name) [\(counter.source.heading)]: \(state)")
    }
  }

  private func printRoofs(_ machine: Machine) {
    print("\nroofs (measured now)")
    let counts = Array(Set([1, machine.defaultThreads])).sorted()
    let set = Roofs.measure(
      threads: counts, budget: seconds, isa: machine.isa.rawValue, cacheBytes: machine.identity.cacheBytes,
      processors: machine.allowedCPUs, progress: { _, _ in })
    for roof in set.roofs {
      let value = roof.value.map { "\(Quantity.decimal($0)) \(roof.kind.unit)" } ?? "n/a"
      let range = zip(roof.low, roof.high).map { " (\(Quantity.decimal($0))-\(Quantity.decimal($1)))" } ?? ""
      let reason = roof.reason.map { ": \($0)" } ?? ""
      print("  \(roof.kind.rawValue), \(Configuration(threads: roof.threads)): \(value)\(range)\(reason)")
    }
    if let trip = set.roundTripNanoseconds {
      print("  core-to-core round trip: \(Quantity.decimal(trip, digits: 0)) ns")
    }
  }

  private func printPlan(_ machine: Machine) {
    let (plan, path, notes) = options.loadPlan(machine)
    print("")
    for note in notes { print("note           \(note)") }
    if let plan, let path {
      print("plan           \(path): \(plan.rows.count) rows, \(plan.context.date)")
    } else {
      print("plan           none for this machine: kernels are chosen by rule (estimate). To tune: ttq tune")
    }
  }
}

/// Both values where both are there.
private func zip<A, B>(_ a: A?, _ b: B?) -> (A, B)? {
  if let a, let b { (a, b) } else { nil }
}

extension CounterSource {
  /// What a counter's numbers stand under; software is never called hardware.
  var heading: String {
    switch self {
    case .hardwarePreset: "hardware, PAPI"
    case .perfHardware: "hardware, perf_event"
    case .perfSoftware: "software, perf_event"
    case .softwareDefined: "software, counted by ttq"
    }
  }
}
