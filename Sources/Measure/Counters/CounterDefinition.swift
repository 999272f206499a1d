internal import CPAPI
internal import Records

/// A counter that a session tries to open: its name in readings, and how to reach it.
struct CounterDefinition: Sendable {
  enum Access: Sendable {
    /// A PAPI preset or native event, by PAPI's name.
    case papi(String)
    /// perf_event_open's type and event. Events that happen in the kernel need the right to count there.
    case perf(type: UInt32, event: UInt64, inKernel: Bool)
    /// A cell of `SoftwareCounts`, read through PAPI.
    case software(SoftwareCounts.Cell)
  }

  let name: String
  let access: Access

  var source: CounterSource {
    switch access {
    case .papi: .hardwarePreset
    case .perf(let type, _, _): type == PERF_TYPE_SOFTWARE.rawValue ? .perfSoftware : .perfHardware
    case .software: .softwareDefined
    }
  }

  /// The counter called `name`: one of `all`, or a native event of PAPI written `papi::NAME`; nil for any other name.
  static func named(_ name: String) -> CounterDefinition? {
    if let known = all.first(where: { $0.name == name }) { return known }
    if name.hasPrefix("PAPI_") { return CounterDefinition(name: name, access: .papi(name)) }
    let native = "papi::"
    guard name.hasPrefix(native), name.count > native.count else { return nil }
    return CounterDefinition(name: name, access: .papi(String(name.dropFirst(native.count))))
  }

  /// The counters that every session tries, in the order of reports. Add one = one line.
  static let all: [CounterDefinition] =
    presets.map { CounterDefinition(name: $0, access: .papi($0)) }
    + [
      hardware("cycles", PERF_COUNT_HW_CPU_CYCLES),
      hardware("instructions", PERF_COUNT_HW_INSTRUCTIONS),
      hardware("cache-references", PERF_COUNT_HW_CACHE_REFERENCES),
      hardware("cache-misses", PERF_COUNT_HW_CACHE_MISSES),
      hardware("branch-misses", PERF_COUNT_HW_BRANCH_MISSES),
      hardware("stalled-cycles-frontend", PERF_COUNT_HW_STALLED_CYCLES_FRONTEND),
      hardware("stalled-cycles-backend", PERF_COUNT_HW_STALLED_CYCLES_BACKEND),
      cache("L1-dcache-load-misses", PERF_COUNT_HW_CACHE_L1D, PERF_COUNT_HW_CACHE_RESULT_MISS),
      cache("LLC-loads", PERF_COUNT_HW_CACHE_LL, PERF_COUNT_HW_CACHE_RESULT_ACCESS),
      cache("LLC-load-misses", PERF_COUNT_HW_CACHE_LL, PERF_COUNT_HW_CACHE_RESULT_MISS),
      cache("dTLB-load-misses", PERF_COUNT_HW_CACHE_DTLB, PERF_COUNT_HW_CACHE_RESULT_MISS),
      software("page-faults", PERF_COUNT_SW_PAGE_FAULTS, inKernel: false),
      software("major-faults", PERF_COUNT_SW_PAGE_FAULTS_MAJ, inKernel: false),
      software("context-switches", PERF_COUNT_SW_CONTEXT_SWITCHES, inKernel: true),
      software("cpu-migrations", PERF_COUNT_SW_CPU_MIGRATIONS, inKernel: true),
    ] + SoftwareCounts.Cell.allCases.map { CounterDefinition(name: $0.event, access: .software($0)) }

  /// Cycles, instructions, misses by cache level, stalls, and mispredicted branches.
  private static let presets = [
    "PAPI_TOT_CYC", "PAPI_TOT_INS", "PAPI_L1_DCM", "PAPI_L2_TCM", "PAPI_L3_TCM", "PAPI_RES_STL", "PAPI_BR_MSP",
  ]

  private static func hardware(_ name: String, _ event: perf_hw_id) -> CounterDefinition {
    let access = Access.perf(type: PERF_TYPE_HARDWARE.rawValue, event: UInt64(event.rawValue), inKernel: false)
    return CounterDefinition(name: name, access: access)
  }

  /// A cache event of loads: cache, operation and result a byte each.
  private static func cache(
    _ name: String, _ cache: perf_hw_cache_id, _ result: perf_hw_cache_op_result_id
  ) -> CounterDefinition {
    let event =
      UInt64(cache.rawValue) | UInt64(PERF_COUNT_HW_CACHE_OP_READ.rawValue) << 8 | UInt64(result.rawValue) << 16
    return CounterDefinition(
      name: name, access: .perf(type: PERF_TYPE_HW_CACHE.rawValue, event: event, inKernel: false))
  }

  private static func software(_ name: String, _ event: perf_sw_ids, inKernel: Bool) -> CounterDefinition {
    let access = Access.perf(type: PERF_TYPE_SOFTWARE.rawValue, event: UInt64(event.rawValue), inKernel: inKernel)
    return CounterDefinition(name: name, access: access)
  }
}
