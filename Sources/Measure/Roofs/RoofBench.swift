package import Records

/// What the roofs of one run share: the loops that the machine may use, its processors, and filled memory.
package struct RoofBench: Sendable {
  private var isa: UInt32
  private let processors: [Int]
  private let cacheBytes: [Int]
  private let memory: RoofMemory?
  /// Said beside a bandwidth that may be a cache's.
  private let memoryNote: String?

  /// Bytes that a thread moves in one call of a bandwidth loop, about.
  private static let callBytes = 16 << 20
  /// Nanoseconds that one call of an arithmetic loop takes, about.
  private static let callNanoseconds = 1e6

  /// A bench over memory written once by the threads that will read it, so that each has its part near.
  ///
  /// - Parameters:
  ///   - isa: bits of `TTQ_ISA_*` that may be used.
  ///   - cacheBytes: L1 data, L2 and L3 as one core sees them, 0 where unknown.
  ///   - processors: where threads go, in this order.
  package init(isa: UInt32, cacheBytes: [Int], processors: [Int]) {
    self.isa = isa
    self.processors = processors
    self.cacheBytes = cacheBytes
    let lastLevel = cacheBytes.last { $0 > 0 } ?? 0
    let bytes = RoofMemory.size(lastLevelCacheBytes: lastLevel, freeBytes: RoofMemory.free)
    let mapped = RoofMemory(bytes: bytes)
    memory = mapped
    memoryNote =
      bytes > lastLevel
      ? nil : "over \(bytes >> 20) MiB, which the last-level cache of \(lastLevel >> 20) MiB may hold"
    guard let mapped, !processors.isEmpty else { return }
    let threads = processors.count
    _ = PinnedTeam.run(on: processors) { rank, _ in
      _ = unsafe RoofMemory.fill(mapped.all.part(rank, of: threads))
    }
  }

  /// The same bench where only `isa` (bits of `TTQ_ISA_*`) may be used.
  package func limited(to isa: UInt32) -> RoofBench {
    var bench = self
    bench.isa = isa
    return bench
  }

  /// Measures one roof for about `seconds` on pinned threads of its own.
  func roof(_ kind: Roof.Kind, threads: Int, seconds: Double) -> Roof {
    func absent(_ reason: String) -> Roof { Roof(kind: kind, threads: threads, value: nil, reason: reason) }
    do throws(RoofAbsence) {
      let load = try load(kind, threads: threads)
      let times = RepeatedRun(budget: seconds * 1e9).times(on: Array(processors.prefix(threads))) { rank, run in
        load.part(rank, run % load.copies)
      }
      return times.map(load.roof) ?? absent("threads are missing, or the loop's checksum is wrong")
    } catch {
      return absent(error.reason)
    }
  }

  /// The work that measures `kind` on `threads` threads, for whoever has the threads.
  package func load(_ kind: Roof.Kind, threads: Int) throws(RoofAbsence) -> RoofLoad {
    guard threads >= 1, threads <= processors.count else {
      throw RoofAbsence("only \(processors.count) processors are allowed")
    }
    switch kind {
    case .dramRead: return try read(threads)
    case .l3Read: return try cachedRead(kind, threads)
    case .l2Read: return try cachedRead(kind, threads)
    case .copy: return try copy(threads)
    case .fmaF32, .vpdpbusd, .vpmaddubsw, .vdpbf16ps: return try arithmetic(kind, threads)
    }
  }

  private func read(_ threads: Int) throws(RoofAbsence) -> RoofLoad {
    let (memory, loops) = try memoryAndLoops()
    let copies = max(memory.bytes / threads / Self.callBytes, 1)
    let amount = Double(memory.bytes) / Double(copies)
    return RoofLoad(kind: .dramRead, threads: threads, copies: copies, amount: amount, note: memoryNote) { rank, copy in
      let part = unsafe memory.all.part(rank, of: threads).part(copy, of: copies)
      return unsafe loops.read(part) == RoofMemory.sum(part)
    }
  }

  /// Reads of memory that the threads' caches of a level hold, and that the level above does not: half of a core's L2, or four times it for
  /// the L3.
  private func cachedRead(_ kind: Roof.Kind, _ threads: Int) throws(RoofAbsence) -> RoofLoad {
    let (memory, loops) = try memoryAndLoops()
    guard cacheBytes.count >= 3, cacheBytes[1] > 0, kind == .l2Read || cacheBytes[2] > 0 else {
      throw RoofAbsence("the system does not tell the sizes of the caches")
    }
    let bytes = (kind == .l2Read ? cacheBytes[1] / 2 : 4 * cacheBytes[1]) / RoofMemory.page * RoofMemory.page
    guard kind == .l2Read || threads * bytes <= cacheBytes[2] / 2 else {
      throw RoofAbsence("four times the L2 of \(threads) cores are more than half of the L3")
    }
    guard bytes > 0, bytes <= memory.bytes / threads / RoofMemory.page * RoofMemory.page else {
      throw RoofAbsence("the memory is less than the cache")
    }
    let passes = max(8 * Self.callBytes / bytes, 1)
    let amount = Double(bytes * passes * threads)
    return RoofLoad(kind: kind, threads: threads, copies: 1, amount: amount, note: nil) { rank, _ in
      let part = unsafe memory.all.part(rank, of: threads).prefix(bytes: bytes)
      return (0..<passes).allSatisfy { _ in unsafe loops.read(part) == RoofMemory.sum(part) }
    }
  }

  private func copy(_ threads: Int) throws(RoofAbsence) -> RoofLoad {
    let (memory, loops) = try memoryAndLoops()
    // Once and not in each call, where looking at what was written would take half as long again.
    guard loops.readsAndCopies(pages: 7) else { throw RoofAbsence("the copy differs from its source") }
    let half = memory.bytes / 2 / RoofMemory.page * RoofMemory.page
    let copies = max(2 * half / threads / Self.callBytes, 1)
    let amount = 2 * Double(half) / Double(copies)
    return RoofLoad(kind: .copy, threads: threads, copies: copies, amount: amount, note: memoryNote) { rank, copy in
      let source = unsafe memory.extent(0..<half).part(rank, of: threads).part(copy, of: copies)
      let target = unsafe memory.extent(half..<2 * half).part(rank, of: threads).part(copy, of: copies)
      unsafe loops.copy(source, to: target)
      return true
    }
  }

  private func arithmetic(_ kind: Roof.Kind, _ threads: Int) throws(RoofAbsence) -> RoofLoad {
    guard let loop = last(where: { $0.arithmetic(kind) != nil })?.arithmetic(kind) else {
      let needed = RoofLoops.all.last { $0.arithmetic(kind) != nil }
      throw RoofAbsence(needed.map { "needs \($0.name)" } ?? "no loop for this architecture")
    }
    let probe = 100_000
    let first = RepeatedRun(budget: 0).times(on: Array(processors.prefix(1))) { _, _ in loop.holds(probe) }
    guard let first else { throw RoofAbsence("the loop's checksum is wrong") }
    let iterations = max(Int(Double(probe) * Self.callNanoseconds / max(Statistics.median(first), 1)), 1000)
    let amount = loop.operations * Double(iterations) * Double(threads)
    return RoofLoad(kind: kind, threads: threads, copies: 1, amount: amount, note: nil) { _, _ in
      loop.holds(iterations)
    }
  }

  private func memoryAndLoops() throws(RoofAbsence) -> (RoofMemory, RoofLoops) {
    guard let memory, let loops = last(where: \.hasMemoryLoops) else {
      throw RoofAbsence("the system does not give the memory for it")
    }
    return (memory, loops)
  }

  /// The last row, and so the widest, that the machine may use and that has the loop.
  private func last(where has: (RoofLoops) -> Bool) -> RoofLoops? {
    RoofLoops.all.last { $0.runs(on: isa) && has($0) }
  }
}
