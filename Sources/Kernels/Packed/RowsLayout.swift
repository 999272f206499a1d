internal import CKernels

/// Fast access to layout `rows` for the portable variants.
enum RowsLayout {
  /// Sixteen codes of `bits` bits, channel after channel from the low bit up.
  @inline(__always)
  static func codes(_ source: UnsafePointer<UInt8>, bits: Int) -> SIMD16<UInt8> {
    switch bits {
    case 8: return unsafe SIMD16(loading: source)
    case 4:
      let bytes = unsafe UnsafeRawPointer(source).loadUnaligned(as: SIMD8<UInt8>.self)
      var codes = SIMD16<UInt8>()
      codes.evenHalf = bytes & 15
      codes.oddHalf = bytes &>> 4
      return codes
    default:
      var codes = SIMD16<UInt8>()
      var (held, count, byte) = (0, 0, 0)
      for lane in 0..<16 {
        if count < bits {
          held |= Int(unsafe source[byte]) << count
          count += 8
          byte += 1
        }
        codes[lane] = UInt8(held & ((1 << bits) - 1))
        held >>= bits
        count -= bits
      }
      return codes
    }
  }

  /// Calls `body` with each group of the row at `row`: its index, the channels it covers up to the padded K, its scale and minimum, and
  /// its codes.
  @inline(__always)
  static func forEachGroup(
    ofRow row: UnsafePointer<UInt8>, k: Int, bits: Int, group: Int,
    _ body: (_ index: Int, _ channels: Range<Int>, _ scale: Float, _ minimum: Float, _ codes: UnsafePointer<UInt8>) ->
      Void
  ) {
    let padded = ttq_padded_k(k)
    var source = unsafe row
    for index in 0..<ttq_groups(k, group) {
      let channels = index * group..<min((index + 1) * group, padded)
      let scale = unsafe Float(UnsafeRawPointer(source).loadUnaligned(as: Float16.self))
      let minimum = unsafe Float(UnsafeRawPointer(source + 2).loadUnaligned(as: Float16.self))
      unsafe body(index, channels, scale, minimum, source + 4)
      unsafe source += 4 + channels.count / 8 * bits
    }
  }

  /// Writes the K weights of the row at `row` to `weights`, which has room for K padded to a multiple of 32.
  @inline(__always)
  static func dequantize(
    row: UnsafePointer<UInt8>, k: Int, bits: Int, group: Int, into weights: UnsafeMutablePointer<Float>
  ) {
    unsafe forEachGroup(ofRow: row, k: k, bits: bits, group: group) { _, channels, scale, minimum, codes in
      for channel in stride(from: channels.lowerBound, to: channels.upperBound, by: 16) {
        let code = unsafe Self.codes(codes + (channel - channels.lowerBound) / 8 * bits, bits: bits)
        unsafe (SIMD16<Float>(codes: code) * scale + minimum).store(to: weights + channel)
      }
    }
  }
}
