import Glibc
import Measure
import Records
import Testing

/// Serialized, for the software counts belong to the process.
@Suite(.serialized) struct CounterTests {
  @Test func everyCounterIsThereOrSaysWhyNot() {
    let session = CounterSession()
    #expect(Set(session.availability.map(\.source)) == Set(CounterSource.allCases))
    #expect(Set(session.availability.map(\.name)).count == session.availability.count)
    for counter in session.availability {
      if let reason = counter.absentBecause {
        #expect(reason.count > 10 && !reason.contains("\n"), "\(counter.name): \(reason)")
      }
    }
  }

  @Test func softwareCountsReadBackExactly() {
    let session = CounterSession()
    let software = session.availability.filter { $0.source == .softwareDefined && $0.absentBecause == nil }
    SoftwareCounts.add(bytes: 999, operations: 999)
    let readings = session.measure(calls: 4) {
      for _ in 0..<4 { SoftwareCounts.add(bytes: 1_234_567, operations: 89) }
    }
    let expected = ["sde:::ttq::bytes": 1_234_567.0, "sde:::ttq::operations": 89, "sde:::ttq::calls": 1]
    for counter in software { #expect(readings[counter.name] == expected[counter.name]) }
    // A second pass starts from zero again.
    let again = session.measure { SoftwareCounts.add(bytes: 5, operations: 0, calls: 0) }
    if !software.isEmpty { #expect(again["sde:::ttq::bytes"] == 5) }
  }

  @Test func workloadIsCountedWithItsCost() {
    final class Twice: Timeable {
      let copies = 2
      var calls = 0
      func run(copy: Int) { calls += 1 }
    }
    let workload = Twice()
    let session = CounterSession()
    let readings = session.measure(workload, calls: 10, cost: Cost(bytes: 4096, operations: 77))
    #expect(workload.calls == 10)
    if let bytes = readings["sde:::ttq::bytes"] { #expect(bytes == 4096) }
    for (name, value) in readings { #expect(value >= 0, "\(name)") }
  }

  @Test func touchingNewPagesCountsFaults() {
    let session = CounterSession()
    // Mapped anew: the allocator may hand out memory whose pages were touched before.
    let bytes = 2048 * 4096
    let memory = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    defer { unsafe munmap(memory, bytes) }
    let readings = session.measure {
      guard let memory = unsafe memory, unsafe memory != MAP_FAILED else { return }
      unsafe memory.initializeMemory(as: UInt8.self, repeating: 1, count: bytes)
    }
    if let faults = readings["page-faults"] { #expect(faults > 0) }
  }

  @Test func absentCountersHaveNoReading() {
    let session = CounterSession()
    let absent = session.availability.filter { $0.absentBecause != nil }.map(\.name)
    let readings = session.measure {}
    for name in absent { #expect(readings[name] == nil) }
  }

  @Test func countersOfMetricGroupsAreOpenedOrHaveAReason() {
    let names = ["papi::NO_SUCH_EVENT", "PAPI_VEC_SP", "no-such-counter", "page-faults", "no-such-counter"]
    let session = CounterSession(counters: names)
    for name in names {
      let known = session.availability.filter { $0.name == name }
      #expect(known.count == 1, "\(name)")
    }
    for name in ["papi::NO_SUCH_EVENT", "no-such-counter"] {
      let reason = session.availability.first { $0.name == name }?.absentBecause
      #expect(reason?.contains("\n") == false)
    }
  }

  @Test func reasonsTellWhatToDo() {
    let noPMU = AbsenceReasons(paranoid: 2, virtual: true, cyclesRefused: 2)
    #expect(noPMU.perf(code: 2) == "no PMU is exposed to this virtual machine (perf_event_open: ENOENT)")
    #expect(noPMU.papi(message: "Event does not exist") == noPMU.perf(code: 2))

    let paranoid = AbsenceReasons(paranoid: 4, virtual: false, cyclesRefused: 13)
    #expect(paranoid.papi(message: "").contains("perf_event_paranoid is 4"))

    let working = AbsenceReasons(paranoid: 1, virtual: false, cyclesRefused: nil)
    #expect(working.papi(message: "Event does not exist").contains("Event does not exist"))
    #expect(working.perf(code: 2) == "the PMU does not count this event (perf_event_open: ENOENT)")
  }
}
