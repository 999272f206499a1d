internal import Records

/// What the roofs of one run share: the loops that the machine may use, its processors, and filled memory.
struct RoofBench {
  private let isa: UInt32
  private let processors: [Int]
  private let memory: RoofMemory?
  /// Said beside a bandwidth that may be a cache's.
  private let memoryNote: String?

  init(isa: UInt32, lastLevelCacheBytes: Int, processors: [Int]) {
    let bytes = RoofMemory.size(lastLevelCacheBytes: lastLevelCacheBytes, freeBytes: RoofMemory.free)
    self.init(isa: isa, memoryBytes: bytes, lastLevelCacheBytes: lastLevelCacheBytes, processors: processors)
  }

  /// A bench over `memoryBytes`, written once by the threads that will read it, so that each has its part near.
  init(isa: UInt32, memoryBytes: Int, lastLevelCacheBytes: Int, processors: [Int]) {
    self.isa = isa
    self.processors = processors
    let mapped = RoofMemory(bytes: memoryBytes)
    memory = mapped
    memoryNote =
      memoryBytes > lastLevelCacheBytes
      ? nil : "over \(memoryBytes >> 20) MiB, which the last-level cache of \(lastLevelCacheBytes >> 20) MiB may hold"
    guard let mapped, !processors.isEmpty else { return }
    _ = PinnedTeam.run(on: processors) { rank, _ in
      _ = unsafe RoofMemory.fill(mapped.part(rank, of: processors.count, in: 0..<mapped.bytes))
    }
  }

  /// Measures one roof for about `seconds`.
  func roof(_ kind: Roof.Kind, threads: Int, seconds: Double) -> Roof {
    guard threads >= 1, threads <= processors.count else {
      return Roof(
        kind: kind, threads: threads, value: nil, reason: "only \(processors.count) processors are allowed")
    }
    let places = Array(processors.prefix(threads))
    let run = RepeatedRun(budget: seconds * 1e9)
    switch kind {
    case .dramRead: return read(places, run)
    case .copy: return copy(places, run)
    case .fmaF32:
      guard let loops = last(where: \.hasFMA) else { return absent(kind, places, "no loop for this architecture") }
      return arithmetic(kind, places, run, operations: loops.fmaOperations) { loops.fma(iterations: $0) }
    case .vpdpbusd:
      guard let loops = last(where: \.hasDot) else {
        return absent(
          kind, places, RoofLoops.all.last(where: \.hasDot).map { "needs \($0.name)" } ?? "needs avx512vnni")
      }
      return arithmetic(kind, places, run, operations: loops.dotOperations) { loops.dot(iterations: $0) }
    case .vdpbf16ps:
      guard let loops = last(where: \.hasBFloat16Dot) else {
        return absent(
          kind, places, RoofLoops.all.last(where: \.hasBFloat16Dot).map { "needs \($0.name)" } ?? "needs avx512bf16")
      }
      return arithmetic(kind, places, run, operations: loops.bfloat16DotOperations) {
        loops.bfloat16Dot(iterations: $0)
      }
    }
  }

  private func read(_ places: [Int], _ run: RepeatedRun) -> Roof {
    guard let memory, let loops = last(where: \.hasMemoryLoops) else { return noMemory(.dramRead, places) }
    // The simplest loop tells the sums that the widest must find.
    let sums = places.indices.map { rank in
      unsafe RoofLoops.all[0].read(memory.part(rank, of: places.count, in: 0..<memory.bytes))
    }
    let times = run.times(on: places) { rank in
      unsafe loops.read(memory.part(rank, of: places.count, in: 0..<memory.bytes)) == sums[rank]
    }
    return roof(.dramRead, places, amount: Double(memory.bytes), times: times, note: memoryNote)
  }

  private func copy(_ places: [Int], _ run: RepeatedRun) -> Roof {
    guard let memory, let loops = last(where: \.hasMemoryLoops) else { return noMemory(.copy, places) }
    let half = memory.bytes / 2 / RoofMemory.page * RoofMemory.page
    let times = run.times(on: places) { rank in
      unsafe loops.copy(
        memory.part(rank, of: places.count, in: 0..<half),
        to: memory.part(rank, of: places.count, in: half..<2 * half))
      return true
    }
    let (source, target) = unsafe (memory.part(0, of: 1, in: 0..<half), memory.part(0, of: 1, in: half..<2 * half))
    let holds = unsafe loops.read(source) == loops.read(target)
    return roof(.copy, places, amount: Double(2 * half), times: holds ? times : nil, note: memoryNote)
  }

  /// A roof of arithmetic: runs of some milliseconds, of as many iterations as one thread does in that time.
  private func arithmetic(
    _ kind: Roof.Kind, _ places: [Int], _ run: RepeatedRun, operations: Double,
    _ body: @escaping @Sendable (Int) -> Bool
  ) -> Roof {
    let probe = 100_000
    guard let trial = RepeatedRun(budget: 0).times(on: [places[0]], { _ in body(probe) }) else {
      return absent(kind, places, "the loop's checksum is wrong")
    }
    let iterations = max(Int(Double(probe) * 4e6 / max(Statistics.median(trial), 1)), probe)
    let times = run.times(on: places) { _ in body(iterations) }
    return roof(kind, places, amount: operations * Double(iterations) * Double(places.count), times: times, note: nil)
  }

  /// An amount of bytes or operations over nanoseconds is in units of 10^9 a second.
  private func roof(_ kind: Roof.Kind, _ places: [Int], amount: Double, times: [Double]?, note: String?) -> Roof {
    guard let times else { return absent(kind, places, "threads are missing, or the loop's checksum is wrong") }
    let timing = Timing(samples: times)
    return Roof(
      kind: kind, threads: places.count, value: amount / timing.medianNanoseconds,
      low: amount / timing.highNanoseconds, high: amount / timing.lowNanoseconds, reason: note)
  }

  private func noMemory(_ kind: Roof.Kind, _ places: [Int]) -> Roof {
    absent(kind, places, "the system does not give the memory for it")
  }

  private func absent(_ kind: Roof.Kind, _ places: [Int], _ reason: String) -> Roof {
    Roof(kind: kind, threads: places.count, value: nil, reason: reason)
  }

  /// The last row, and so the widest, that the machine may use and that has the loop.
  private func last(where has: (RoofLoops) -> Bool) -> RoofLoops? {
    RoofLoops.all.last { $0.runs(on: isa) && has($0) }
  }
}
