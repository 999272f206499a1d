/// Conversions between integers and single precision that stay in vectors. The standard library's convert lane after lane, each with a
/// check; these use that a float of 2^23 and more has its integer in its low mantissa bits.
extension SIMD16<Float> {
  private static var magic: Float { 8_388_608 }

  /// Codes of at most 8 bits, exactly.
  @inline(__always) init(codes: SIMD16<UInt8>) {
    let bits = SIMD16<UInt32>(truncatingIfNeeded: codes) | SIMD16<UInt32>(repeating: Self.magic.bitPattern)
    self = unsafe unsafeBitCast(bits, to: SIMD16<Float>.self) - Self.magic
  }

  /// Integers of magnitude below 2^22, exactly.
  @inline(__always) init(sums: SIMD16<Int32>) {
    let middle = Self.magic * 1.5
    let bits = sums &+ Int32(bitPattern: middle.bitPattern)
    self = unsafe unsafeBitCast(bits, to: SIMD16<Float>.self) - middle
  }

  /// The integer part of each lane, which lies in 0 ..< 2^22.
  @inline(__always) var truncated: SIMD16<Int32> {
    let lifted = self + Self.magic
    let nearest = unsafe unsafeBitCast(lifted, to: SIMD16<Int32>.self) &- Int32(bitPattern: Self.magic.bitPattern)
    // Adding rounded to nearest; where that went up, one is taken back.
    return nearest.replacing(with: nearest &- 1, where: lifted - Self.magic .> self)
  }
}
