internal import Records

/// A roof's name in words and the unit in which figures below it are read.
enum RoofName {
  private static let words: [Roof.Kind: String] = [
    .dramRead: "DRAM read", .l3Read: "last-level cache read", .l2Read: "L2 read", .copy: "non-temporal copy",
    .fmaF32: "f32 FMA", .vpdpbusd: "vpdpbusd int8", .vpmaddubsw: "vpmaddubsw int8", .vdpbf16ps: "vdpbf16ps bf16",
  ]

  static func words(_ kind: Roof.Kind) -> String { words[kind] ?? kind.rawValue }

  static func words(_ name: String) -> String { Roof.Kind(rawValue: name).map(words) ?? name }

  /// GOP/s below an arithmetic roof, GB/s below any other.
  static func unit(_ name: String?) -> Unit {
    name.flatMap(Roof.Kind.init)?.isBandwidth ?? true ? .gigabytesPerSecond : .gigaoperationsPerSecond
  }
}

extension Cost {
  /// The rate that `nanoseconds` for this cost amounts to; nil where the time is not a positive number.
  func rate(_ unit: Unit, nanoseconds: Double?) -> Double? {
    guard let nanoseconds, nanoseconds.isFinite, nanoseconds > 0 else { return nil }
    let rate = (unit == .gigaoperationsPerSecond ? operations : bytes) / nanoseconds
    return rate.isFinite ? rate : nil
  }
}
