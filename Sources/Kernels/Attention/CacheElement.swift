internal import CKernels

/// An element of a cache, widened exactly to f32; the scale of an int8 position is applied to what its elements add up to.
protocol CacheElement: BitwiseCopyable {
  var widened: Float { get }
  /// Sixteen elements from unaligned memory.
  static func sixteen(at source: UnsafePointer<Self>) -> SIMD16<Float>
}

extension Float: CacheElement {
  static func sixteen(at source: UnsafePointer<Float>) -> SIMD16<Float> { unsafe SIMD16(loading: source) }
}

extension Float16: CacheElement {
  /// In integers, because without F16C the compiler converts lane after lane by a call: exponent and mantissa in the places of an
  /// f32 are a number 2^112 too small, subnormal or not.
  static func sixteen(at source: UnsafePointer<Float16>) -> SIMD16<Float> {
    let halves = unsafe UnsafeRawPointer(source).loadUnaligned(as: SIMD16<UInt16>.self)
    let bits = SIMD16<UInt32>(truncatingIfNeeded: halves)
    let placed = (bits & 0x7FFF) &<< 13
    let scaled = unsafe unsafeBitCast(placed, to: SIMD16<Float>.self) * 0x1p112
    let special = unsafe unsafeBitCast(placed | 0x7F80_0000, to: SIMD16<Float>.self)
    // Compared as floats: compares of integers go lane after lane.
    let wide = scaled.replacing(with: special, where: scaled .>= 65536)
    let magnitude = unsafe unsafeBitCast(wide, to: SIMD16<UInt32>.self)
    return unsafe unsafeBitCast(magnitude | (bits & 0x8000) &<< 16, to: SIMD16<Float>.self)
  }
}

extension Int8: CacheElement {
  var widened: Float { Float(self) }
  static func sixteen(at source: UnsafePointer<Int8>) -> SIMD16<Float> {
    SIMD16(sums: SIMD16<Int32>(truncatingIfNeeded: unsafe SIMD16(loading: source)))
  }
}

/// The cached positions of one key/value head.
@unsafe struct CachedHead<Element: CacheElement> {
  let keys: UnsafePointer<Element>
  let values: UnsafePointer<Element>
  private let keyScales: UnsafePointer<Float>?
  private let valueScales: UnsafePointer<Float>?
  private let dimension: Int

  /// The head that serves query head `head`.
  init(_ args: ttq_attention_args, head: Int) {
    let first = unsafe head / (args.heads / args.kv_heads) * args.capacity
    unsafe dimension = args.dim
    unsafe keys = args.keys.assumingMemoryBound(to: Element.self) + first * dimension
    unsafe values = args.values.assumingMemoryBound(to: Element.self) + first * dimension
    unsafe keyScales = args.key_scales.map { unsafe $0 + first }
    unsafe valueScales = args.value_scales.map { unsafe $0 + first }
  }

  func key(_ position: Int) -> UnsafePointer<Element> { unsafe keys + position * dimension }
  func value(_ position: Int) -> UnsafePointer<Element> { unsafe values + position * dimension }
  func keyScale(_ position: Int) -> Float { unsafe keyScales.map { unsafe $0[position] } ?? 1 }
  func valueScale(_ position: Int) -> Float { unsafe valueScales.map { unsafe $0[position] } ?? 1 }
}

extension ttq_attention_args {
  /// The query of token `t` for head `head`.
  func query(_ t: Int, _ head: Int) -> UnsafePointer<Float> { unsafe q + (t * heads + head) * dim }

  /// Where the result of token `t` for head `head` goes.
  func output(_ t: Int, _ head: Int) -> UnsafeMutablePointer<Float> { unsafe y + (t * heads + head) * dim }
}
