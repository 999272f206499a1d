internal import CKernels
internal import Glibc

/// The roof loops of one instruction set, each with its check: a loop that computed something else than it should gives no roof.
@safe package struct RoofLoops: @unchecked Sendable {
  private let row: ttq_roof_row

  package let name: String

  /// Every row, simplest first.
  package static let all: [RoofLoops] = (0..<ttq_roof_count()).compactMap { index in
    guard let row = unsafe ttq_roof_at(index) else { return nil }
    return unsafe RoofLoops(row: row.pointee, name: String(cString: row.pointee.name))
  }

  /// What this machine has, unmasked.
  package static let machineISA = ttq_cpu_probe().isa

  /// Whether a machine with these instruction sets runs the loops.
  package func runs(on isa: UInt32) -> Bool { unsafe row.isa & isa == row.isa }

  package var hasMemoryLoops: Bool { unsafe row.read != nil && row.copy != nil }
  package var hasFMA: Bool { unsafe row.fma != nil }
  package var hasDot: Bool { unsafe row.dot != nil }
  package var hasBFloat16Dot: Bool { unsafe row.bf16dot != nil }

  /// Operations of one iteration.
  var fmaOperations: Double { unsafe row.fma_operations }
  var dotOperations: Double { unsafe row.dot_operations }
  var bfloat16DotOperations: Double { unsafe row.bf16dot_operations }

  /// The sum of the words in `extent`, modulo 2^64.
  func read(_ extent: RoofMemory.Extent) -> UInt64 {
    unsafe row.read?(extent.base, extent.bytes) ?? 0
  }

  /// Copies `source` to `target`, which is as long.
  func copy(_ source: RoofMemory.Extent, to target: RoofMemory.Extent) {
    precondition(unsafe source.bytes == target.bytes)
    unsafe row.copy?(target.base, source.base, source.bytes)
  }

  /// Whether `iterations` (at least 64) of the f32 chains came to the value that they must come to.
  package func fma(iterations: Int) -> Bool {
    unsafe row.fma.map { Double($0(0.5, 1, iterations)) == fmaOperations } ?? false
  }

  /// Whether `iterations` of the int8 chains came to the value that they must come to.
  package func dot(iterations: Int) -> Bool {
    let expected = UInt32(truncatingIfNeeded: iterations &* Int(dotOperations) / 2)
    return unsafe row.dot.map { $0(1, 1, iterations) == expected } ?? false
  }

  /// Whether `iterations` of the bf16 chains came to the value that they must come to; exact up to 8 million, several times
  /// what a run is made of.
  package func bfloat16Dot(iterations: Int) -> Bool {
    unsafe row.bf16dot.map { $0(1, 1, iterations) == Double(iterations) * bfloat16DotOperations / 2 } ?? false
  }

  /// Whether both memory loops agree, over `pages` pages, with what was written there.
  package func readsAndCopies(pages: Int) -> Bool {
    guard let memory = RoofMemory(bytes: 2 * pages * RoofMemory.page) else { return false }
    let half = memory.bytes / 2
    let (source, target) = unsafe (memory.part(0, of: 1, in: 0..<half), memory.part(0, of: 1, in: half..<2 * half))
    let sum = unsafe RoofMemory.fill(source)
    guard unsafe read(source) == sum, unsafe read(target) == 0 else { return false }
    unsafe copy(source, to: target)
    return unsafe read(target) == sum && memcmp(source.base, target.base, half) == 0
  }
}
