internal import Records

/// An element type that weights come in, widened exactly to f32.
protocol WeightElement: BitwiseCopyable {
  static var type: ElementType { get }
  var widened: Float { get }
  /// Sixteen elements from unaligned memory.
  static func load16(_ source: UnsafePointer<Self>) -> SIMD16<Float>
}

extension Float: WeightElement {
  static var type: ElementType { .f32 }
  var widened: Float { self }
  static func load16(_ source: UnsafePointer<Float>) -> SIMD16<Float> { unsafe SIMD16(loading: source) }
}

extension Float16: WeightElement {
  static var type: ElementType { .f16 }
  var widened: Float { Float(self) }
  static func load16(_ source: UnsafePointer<Float16>) -> SIMD16<Float> {
    unsafe SIMD16<Float>(SIMD16<Float16>(loading: source))
  }
}

/// The upper half of an f32.
struct BFloat16: WeightElement {
  var bits: UInt16

  init(bits: UInt16) { self.bits = bits }

  /// The nearest to `value`, which is not NaN, ties to even.
  init(rounding value: Float) {
    let pattern = value.bitPattern
    bits = UInt16(truncatingIfNeeded: (pattern &+ 0x7FFF &+ (pattern >> 16 & 1)) >> 16)
  }

  static var type: ElementType { .bf16 }
  var widened: Float { Float(bitPattern: UInt32(bits) << 16) }
  static func load16(_ source: UnsafePointer<BFloat16>) -> SIMD16<Float> {
    let bits = unsafe UnsafeRawPointer(source).loadUnaligned(as: SIMD16<UInt16>.self)
    return unsafe unsafeBitCast(SIMD16<UInt32>(truncatingIfNeeded: bits) &<< 16, to: SIMD16<Float>.self)
  }
}

extension ElementType {
  /// Element `index` of the tensor at `base`, widened; slow.
  package func widen(_ base: UnsafeRawPointer, index: Int) -> Float {
    switch self {
    case .f32: unsafe base.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
    case .f16: unsafe Float(base.loadUnaligned(fromByteOffset: 2 * index, as: Float16.self))
    case .bf16: unsafe BFloat16(bits: base.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)).widened
    }
  }
}
