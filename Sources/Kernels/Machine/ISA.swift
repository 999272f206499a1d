internal import CKernels

/// The instruction sets that kernels may require, in rising order; each includes what it builds upon.
package struct ISA: OptionSet, Hashable, Sendable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  package static let baseline: ISA = []
  package static let avx2 = ISA(rawValue: TTQ_ISA_AVX2)
  package static let avx512 = ISA(rawValue: TTQ_ISA_AVX512)
  package static let avx512vnni = ISA(rawValue: TTQ_ISA_AVX512VNNI)
  package static let avx512bitalg = ISA(rawValue: TTQ_ISA_AVX512BITALG)
  package static let avx512bf16 = ISA(rawValue: TTQ_ISA_AVX512BF16)

  /// Every named set, in rising order.
  package static let named: [(name: String, isa: ISA)] = [
    ("avx2", .avx2), ("avx512", .avx512), ("avx512vnni", .avx512vnni),
    ("avx512bitalg", .avx512bitalg), ("avx512bf16", .avx512bf16),
  ]

  /// The names of the sets in this one, in rising order; empty for the baseline.
  package var names: [String] { Self.named.filter { contains($0.isa) }.map(\.name) }

  /// The names, or `baseline`.
  package var text: String { isEmpty ? "baseline" : names.joined(separator: "+") }

  /// Everything up to and including the set called `name` (`baseline`, `avx2`, ...), or nil for an unknown name.
  package static func upTo(_ name: String) -> ISA? {
    if name == "baseline" { return .baseline }
    guard let end = named.firstIndex(where: { $0.name == name }) else { return nil }
    return named[...end].reduce(into: ISA.baseline) { $0.formUnion($1.isa) }
  }
}
