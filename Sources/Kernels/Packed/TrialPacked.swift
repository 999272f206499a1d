internal import Records

/// Packed matrices with random codes, for the trials of the families that read them.
enum TrialPacked {
  /// Fills the `n` rows at `start`: random codes, scales and minima of both signs (in 8 bits, those of random bytes), zero codes past K.
  static func fill(_ start: UnsafeMutablePointer<UInt8>, n: Int, geometry: PackedGeometry, seed: UInt64) {
    var random = TrialRandom(seed: seed)
    let bytes = geometry.bytes(n: n)
    let raw = UnsafeMutableRawPointer(start)
    for word in 0..<bytes / 8 { unsafe raw.storeBytes(of: random.next(), toByteOffset: 8 * word, as: UInt64.self) }
    for byte in bytes / 8 * 8..<bytes { unsafe start[byte] = UInt8(truncatingIfNeeded: random.next()) }
    let view = unsafe PackedView(base: start, geometry: geometry)
    let layout = geometry.layout
    for row in 0..<geometry.paddedRows(n) {
      if layout.side == .byte {
        unsafe view.setSteps(scale: Float16(1e-4), minimum: Float16(1e-3 + random.bell().magnitude * 1e-3), row: row)
      }
      for group in 0..<geometry.groups where layout.side == .half {
        let (scale, minimum) = (Float16(0.01 + random.bell().magnitude * 0.01), Float16(random.bell() * 0.1))
        unsafe view.setSideInformation(scale: scale, minimum: minimum, row: row, group: group)
      }
      for channel in geometry.k..<geometry.paddedK { unsafe view.setCode(0, row: row, channel: channel) }
    }
  }

  /// Row `row` dequantized in double precision: codes, and for each group scale and minimum.
  static func decode(_ view: PackedView, row: Int) -> (codes: [Double], scale: [Double], minimum: [Double]) {
    let groups = unsafe 0..<view.geometry.groups
    return unsafe (
      (0..<view.geometry.k).map { unsafe Double(view.code(row: row, channel: $0)) },
      groups.map { unsafe Double(view.scale(row: row, group: $0)) },
      groups.map { unsafe Double(view.minimum(row: row, group: $0)) }
    )
  }
}
