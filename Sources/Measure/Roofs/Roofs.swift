package import Records

/// The ceilings of this machine, measured.
package enum Roofs {
  /// Measures every roof at each of the thread counts.
  ///
  /// - Parameters:
  ///   - threads: thread counts, at least 1 each; one beyond the allowed processors gives roofs without value.
  ///   - budget: seconds for everything; short of what the least number of runs takes, it is exceeded.
  ///   - isa: bits of `TTQ_ISA_*` that may be used.
  ///   - cacheBytes: L1 data, L2 and L3 as one core sees them, 0 where unknown.
  ///   - processors: where the threads go, in this order: name distinct cores before their siblings.
  ///   - progress: called with the share done (0...1) and what is measured next.
  package static func measure(
    threads: [Int], budget: Double, isa: UInt32, cacheBytes: [Int],
    processors: [Int] = AllowedProcessors.current(), progress: (Double, String) -> Void = { _, _ in }
  ) -> RoofSet {
    let start = MonotonicClock.now()
    progress(0, "core-to-core round trip")
    let roundTrip = CorePlacement.roundTripNanoseconds(between: processors)
    progress(0.02, "memory for the bandwidth roofs")
    let bench = RoofBench(isa: isa, cacheBytes: cacheBytes, processors: processors)

    let steps = Roof.Kind.allCases.flatMap { kind in threads.map { (kind: kind, threads: $0) } }
    var weight = steps.reduce(0) { $0 + share($1.kind) }
    var roofs: [Roof] = []
    for step in steps {
      let spent = Double(MonotonicClock.now() - start) / 1e9
      progress(min(max(spent / budget, 0.02), 1), "\(step.kind.rawValue), \(Configuration(threads: step.threads))")
      // Where filling the memory took the time, arithmetic still gets the few runs that a median needs.
      let seconds = max((budget - spent) * share(step.kind) / weight, 0.05)
      weight -= share(step.kind)
      roofs.append(bench.roof(step.kind, threads: step.threads, seconds: seconds))
    }
    progress(1, "done")
    return RoofSet(roofs: roofs, roundTripNanoseconds: roundTrip)
  }

  /// The part of the budget that a kind gets, relative to the others: passes over memory are long.
  private static func share(_ kind: Roof.Kind) -> Double {
    switch kind {
    case .dramRead, .copy: 2
    case .l3Read, .l2Read, .fmaF32, .vpdpbusd, .vpmaddubsw, .vdpbf16ps: 1
    }
  }
}
