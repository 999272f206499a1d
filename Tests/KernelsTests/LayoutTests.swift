import CKernels
import Kernels
import Records
import Testing

/// The packed layouts of `ttq_layout.h`, as reference code finds them.
@Suite struct LayoutTests {
  /// Codes, scales and minima share no bit and leave none unused.
  @Test(arguments: PackedLayout.allCases, WeightFormat.all)
  func usesEveryBitOnce(_ layout: PackedLayout, _ format: WeightFormat) {
    guard layout.side == format.side else { return }
    for (n, k) in [(1, 1), (17, 33), (33, 260)] {
      let geometry = PackedGeometry(k: k, format: format, layout: layout)
      var used = [UInt8](repeating: 0, count: geometry.bytes(n: n))
      var overlaps = 0
      func use(byte: Int, bits: UInt8) {
        if used[byte] & bits != 0 { overlaps += 1 }
        used[byte] |= bits
      }
      for row in 0..<geometry.paddedRows(n) {
        for channel in 0..<geometry.paddedK {
          for index in 0..<geometry.fieldCount {
            let field = geometry.field(index, row: row, channel: channel)
            use(byte: field.byte, bits: UInt8(((1 << field.width) - 1) << field.shift))
          }
        }
        // The last line of compact16 has room for a group that may not be there.
        let groups = layout == .compact16 ? (geometry.groups + 1) / 2 * 2 : geometry.groups
        let bytes = layout == .compact16 ? 1 : 2
        for group in 0..<groups {
          let place = geometry.sideInformation(row: row, group: group)
          for start in [place.scale, place.minimum] { for byte in start..<start + bytes { use(byte: byte, bits: 255) } }
        }
        if let steps = geometry.steps(row: row) {
          for start in [steps.scale, steps.minimum] { for byte in start..<start + 2 { use(byte: byte, bits: 255) } }
        }
      }
      #expect(overlaps == 0 && used.allSatisfy { $0 == 255 }, "\(n)x\(k)")
      let bits = Double(8 * geometry.rowBytes) / Double(geometry.paddedK)
      #expect(abs(bits - format.effectiveBits(k: geometry.paddedK)) < 1e-9, "\(n)x\(k)")
    }
  }

  /// Formats that round differently share no row, so that the tuner cannot put one in the place of the other.
  @Test func layoutsServeOneKindOfSideInformation() throws {
    for row in [QuantizeFamily().rows, DequantizeFamily().rows, QMatmulFamily().rows].joined() {
      let layout = try #require(row.layout)
      let bits = try #require(row.bits.first)
      for side in SideInformation.allCases {
        let format = try #require(WeightFormat(bits: bits, group: 32, side: side))
        let problem = Problem(
          family: .qmatmul, n: 16, k: 32, tokens: row.leastTokens, format: format, activation: row.activation,
          rank: row.needsFactors ? 1 : 0, search: row.searches == true ? 3 : 0)
        #expect((row.constraint(against: problem) == nil) == (layout.side == side), "\(row.name)")
      }
    }
  }

  /// What the comment of `ttq_layout.h` says of a code of 3 bits, row 5, channel 32 + 18: half 1, bit 2.
  @Test func placesBitPlanesAsDocumented() throws {
    let format = try #require(WeightFormat(bits: 3, group: 64))
    let geometry = PackedGeometry(k: 64, format: format, layout: .planes16)
    let chunk = 64 * 3
    let places = (0..<3).map { geometry.field($0, row: 5, channel: 50) }
    #expect(places.map(\.byte) == [chunk + 64 + 2 * 10, chunk + 64 + 2 * 11, chunk + 128 + 2 * 11])
    #expect(places.allSatisfy { $0.shift == 2 && $0.width == 1 } && places.map(\.codeShift) == [0, 1, 2])
  }
}
