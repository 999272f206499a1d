/// A measured ceiling of this machine at a thread count.
package struct Roof: Codable, Hashable, Sendable {
  package enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
    /// Read bandwidth of DRAM, GB/s.
    case dramRead
    /// Read bandwidth of the last-level cache and of the second level, GB/s.
    case l3Read, l2Read
    /// Copy bandwidth with non-temporal stores, bytes read plus bytes written, GB/s.
    case copy
    /// f32 fused multiply-add, GFLOP/s.
    case fmaF32
    /// vpdpbusd, int8 GOP/s.
    case vpdpbusd
    /// vpmaddubsw on 256-bit registers alone, without the additions that sum its pairs up, int8 GOP/s.
    case vpmaddubsw
    /// vdpbf16ps, bf16 products summed in f32, GFLOP/s.
    case vdpbf16ps

    /// GB/s for bandwidths, GOP/s for arithmetic.
    package var unit: String {
      switch self {
      case .dramRead, .l3Read, .l2Read, .copy: "GB/s"
      case .fmaF32, .vdpbf16ps: "GFLOP/s"
      case .vpdpbusd, .vpmaddubsw: "GOP/s"
      }
    }

    /// Whether the roof is one of bytes moved, not of operations.
    package var isBandwidth: Bool { unit == "GB/s" }
  }

  package var kind: Kind
  package var threads: Int
  /// In the kind's unit; nil where this machine cannot run it, with the reason.
  package var value: Double?
  package var low: Double?
  package var high: Double?
  package var reason: String?

  package init(kind: Kind, threads: Int, value: Double?, low: Double? = nil, high: Double? = nil, reason: String? = nil)
  {
    self.kind = kind
    self.threads = threads
    self.value = value
    self.low = low
    self.high = high
    self.reason = reason
  }
}

/// The roofs of one run. Two-thread figures hold for the core placement at hand, which a core-to-core round trip marks.
package struct RoofSet: Codable, Hashable, Sendable {
  package var roofs: [Roof]
  /// Median core-to-core round trip while the roofs were measured, nanoseconds; nil with one core.
  package var roundTripNanoseconds: Double?

  package init(roofs: [Roof], roundTripNanoseconds: Double?) {
    self.roofs = roofs
    self.roundTripNanoseconds = roundTripNanoseconds
  }

  /// The roof of `kind` at `threads` threads, or nil where it was not measured.
  package func value(_ kind: Roof.Kind, threads: Int) -> Double? {
    roofs.first { $0.kind == kind && $0.threads == threads }?.value
  }
}
