internal import Records

extension CacheType {
  /// Writes the `count` values of a row, the keys or values of one head at one position, to `target`, and the row's scale to
  /// `scale` where the type has scales.
  ///
  /// f16 rounds to nearest even; finite values beyond its range become +-65504, what is not finite stays so. int8 rounds
  /// x / scale to nearest even, with scale = max|x| / 127, or 0 and codes 0 where that is below the least normal f32; a row
  /// that is not finite gets a scale that is NaN, so that it is met as an error and never as a number.
  func encode(
    _ row: UnsafePointer<Float>, count: Int, to target: UnsafeMutableRawPointer, scale: UnsafeMutablePointer<Float>?
  ) {
    switch self {
    case .f32: unsafe target.copyMemory(from: row, byteCount: 4 * count)
    case .f16: unsafe Self.encodeHalves(row, count, target.assumingMemoryBound(to: UInt16.self))
    case .int8:
      let found = unsafe Self.encodeCodes(row, count, target.assumingMemoryBound(to: Int8.self))
      unsafe scale?.pointee = found
    }
  }

  private static func encodeHalves(
    _ row: UnsafePointer<Float>, _ count: Int, _ target: UnsafeMutablePointer<UInt16>
  ) {
    for i in stride(from: 0, to: count, by: 16) {
      let halves = unsafe halves(load(row + i, min(16, count - i)))
      unsafe store(halves, to: target + i, min(16, count - i))
    }
  }

  /// Returns the scale.
  private static func encodeCodes(
    _ row: UnsafePointer<Float>, _ count: Int, _ target: UnsafeMutablePointer<Int8>
  ) -> Float {
    var largest = SIMD16<Float>()
    var poison = SIMD16<Float>()  // 0, or NaN where a value is not finite
    for i in stride(from: 0, to: count, by: 16) {
      let x = unsafe load(row + i, min(16, count - i))
      largest = largest.greater(x.greater(-x))
      poison += x * 0
    }
    let scale = largest.greatest / 127 + poison.sum()
    let usable = scale >= .leastNormalMagnitude
    let inverse = usable ? 1 / scale : 0
    // Adding 1.5 * 2^23 rounds to nearest even and leaves the integer in the low bits.
    let magic: Float = 12_582_912
    for i in stride(from: 0, to: count, by: 16) {
      let lifted = unsafe load(row + i, min(16, count - i)) * inverse + magic
      let bits = unsafe unsafeBitCast(lifted, to: SIMD16<Int32>.self)
      unsafe store(SIMD16<Int8>(truncatingIfNeeded: bits), to: target + i, min(16, count - i))
    }
    return usable || scale.isNaN ? scale : 0
  }

  /// The bits of sixteen values in f16. In integers, because without F16C the compiler converts lane after lane by a call.
  private static func halves(_ x: SIMD16<Float>) -> SIMD16<UInt16> {
    let bits = unsafe unsafeBitCast(x, to: SIMD16<Int32>.self)
    let sign = (bits &>> 16) & 0x8000
    let magnitude = unsafe unsafeBitCast(bits & 0x7FFF_FFFF, to: SIMD16<Float>.self)
    // Compares are of floats: those of integers go lane after lane.
    let bounded = magnitude.lesser(SIMD16(repeating: 65504))
    let kept = unsafe unsafeBitCast(bounded, to: SIMD16<Int32>.self)
    // The exponent's bias falls by 112; of the 13 bits that go, half and more rounds up, exactly half to the even neighbour.
    let normal = (kept &- 0x3800_0000 &+ 0x0FFF &+ ((kept &>> 13) & 1)) &>> 13
    // Next to 0.5, the last bit of an f32 is the least f16: adding rounds there, and the low bits are the f16's.
    let subnormal = unsafe unsafeBitCast(bounded + 0.5, to: SIMD16<Int32>.self) &- 0x3F00_0000
    return SIMD16<UInt16>(
      truncatingIfNeeded: sign
        | normal.replacing(with: subnormal, where: bounded .< 0x1p-14)
        .replacing(with: SIMD16(repeating: 0x7C00), where: magnitude .== .infinity)
        .replacing(with: SIMD16(repeating: 0x7E00), where: magnitude .!= magnitude))
  }

  private static func load(_ source: UnsafePointer<Float>, _ count: Int) -> SIMD16<Float> {
    guard count < 16 else { return unsafe SIMD16(loading: source) }
    var x = SIMD16<Float>()
    for lane in 0..<count { x[lane] = unsafe source[lane] }
    return x
  }

  private static func store<Scalar: BitwiseCopyable>(
    _ x: SIMD16<Scalar>, to target: UnsafeMutablePointer<Scalar>, _ count: Int
  ) {
    guard count < 16 else { return unsafe x.store(to: target) }
    for lane in 0..<count { unsafe target[lane] = x[lane] }
  }
}

extension CacheType {
  /// `row` as a cache of this type keeps it.
  package func roundTrip(_ row: Span<Float>) -> [Float] {
    let bytes = AlignedBuffer<UInt8>(repeating: 0, count: row.count * elementBytes)
    var scale: Float = 1
    unsafe row.withUnsafeBufferPointer { row in
      guard let start = row.baseAddress else { return }
      unsafe encode(start, count: row.count, to: bytes.pointer, scale: &scale)
    }
    return (0..<row.count).map { index in
      switch self {
      case .f32: unsafe UnsafeRawPointer(bytes.pointer).load(fromByteOffset: 4 * index, as: Float.self)
      case .f16: unsafe Float(UnsafeRawPointer(bytes.pointer).load(fromByteOffset: 2 * index, as: Float16.self))
      case .int8: Float(Int8(bitPattern: bytes[index])) * scale
      }
    }
  }
}
