internal import CKernels
internal import Glibc
package import Records

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

  /// A loop of arithmetic: the operations of one iteration, and whether so many iterations came to the value that they must come to.
  package typealias Arithmetic = (operations: Double, holds: @Sendable (_ iterations: Int) -> Bool)

  /// The loop of `kind`, or nil where this row has none; f32 chains need 64 iterations to come to their value.
  package func arithmetic(_ kind: Roof.Kind) -> Arithmetic? {
    switch kind {
    case .fmaF32:
      guard let loop = unsafe row.fma else { return nil }
      let operations = unsafe row.fma_operations
      return (operations, { Double(loop(0.5, 1, $0)) == operations })
    case .vpdpbusd:
      guard let loop = unsafe row.dot else { return nil }
      let operations = unsafe row.dot_operations
      return (operations, { loop(1, 1, $0) == UInt32(truncatingIfNeeded: $0 &* Int(operations) / 2) })
    case .vpmaddubsw:
      guard let loop = unsafe row.maddubs else { return nil }
      let start = unsafe row.maddubs_start
      return unsafe (row.maddubs_operations, { loop(2, $0) % 255 == (start << UInt32($0 % 8)) % 255 })
    case .vdpbf16ps:
      guard let loop = unsafe row.bf16dot else { return nil }
      let operations = unsafe row.bf16dot_operations
      // Exact up to 8 million, many times what a call is made of.
      return (operations, { loop(1, 1, $0) == Double($0) * operations / 2 })
    case .dramRead, .l3Read, .l2Read, .copy: return nil
    }
  }

  /// The sum of the words in `extent`, modulo 2^64.
  func read(_ extent: RoofMemory.Extent) -> UInt64 {
    unsafe row.read?(extent.base, extent.bytes) ?? 0
  }

  /// Copies `source` to `target`, which is as long.
  func copy(_ source: RoofMemory.Extent, to target: RoofMemory.Extent) {
    precondition(unsafe source.bytes == target.bytes)
    unsafe row.copy?(target.base, source.base, source.bytes)
  }

  /// Whether both memory loops agree, over `pages` pages, with what was written there.
  package func readsAndCopies(pages: Int) -> Bool {
    guard let memory = RoofMemory(bytes: 2 * pages * RoofMemory.page) else { return false }
    let (source, target) = unsafe (memory.all.part(0, of: 2), memory.all.part(1, of: 2))
    let sum = unsafe RoofMemory.fill(source)
    guard unsafe read(source) == sum, unsafe read(target) == 0 else { return false }
    unsafe copy(source, to: target)
    return unsafe read(target) == sum && memcmp(source.base, target.base, source.bytes) == 0
  }
}
