internal import Kernels

/// What stands between the two products of a feed-forward block.
enum Activation: Sendable {
  /// y = up * gate / (1 + exp(-gate))
  case swiGLU
  /// y = up * gate / (1 + exp(-2 sqrt(2 / pi) (gate + 0.044715 gate^3))): GELU in its form with tanh, which is that sigmoid.
  case geGLU
  /// y = max(up, 0)
  case relu

  /// Whether there is a gate beside what is activated.
  var isGated: Bool { self != .relu }

  /// What configurations call it.
  var name: String {
    switch self {
    case .swiGLU: "silu"
    case .geGLU: "gelu_pytorch_tanh"
    case .relu: "relu"
    }
  }

  /// Activates the first `tokens` rows of `x` into those of `y`; rows of `x` are as wide as those of `y`, or hold gate then up, each as wide.
  func apply(_ x: borrowing TokenRows, _ tokens: Int, into y: inout TokenRows, pool: ThreadPool) {
    let width = y.width
    let stride = isGated ? 2 * width : width
    precondition(x.width == stride)
    var y = y.mutable(tokens)
    unsafe x.rows(0..<tokens).withUnsafeBufferPointer { source in
      unsafe y.withUnsafeMutableBufferPointer { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        unsafe pool.divide(tokens: tokens) { share in
          for row in share { unsafe apply(source + row * stride, into: target + row * width, width) }
        }
      }
    }
  }

  /// One row; with a gate, what it gates comes `width` elements after it.
  @unsafe private func apply(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ width: Int) {
    switch self {
    case .swiGLU: unsafe Self.gate(x, into: y, width) { $0 }
    case .geGLU: unsafe Self.gate(x, into: y, width) { 1.595_769_1 * ($0 + 0.044_715 * $0 * $0 * $0) }
    case .relu: for i in 0..<width { unsafe y[i] = max(x[i], 0) }
    }
  }

  /// y = up * gate * sigmoid(argument(gate))
  @inline(__always) @unsafe private static func gate(
    _ gate: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ width: Int,
    argument: (SIMD16<Float>) -> SIMD16<Float>
  ) {
    let up = unsafe gate + width
    let vectors = width / 16 * 16
    for i in stride(from: 0, to: vectors, by: 16) {
      let g = unsafe UnsafeRawPointer(gate + i).loadUnaligned(as: SIMD16<Float>.self)
      let u = unsafe UnsafeRawPointer(up + i).loadUnaligned(as: SIMD16<Float>.self)
      unsafe UnsafeMutableRawPointer(y + i).storeBytes(
        of: u * (g / (1 + exponential(-argument(g)))), as: SIMD16<Float>.self)
    }
    for i in vectors..<width {
      let g = unsafe SIMD16(repeating: gate[i])
      unsafe y[i] = up[i] * (g / (1 + exponential(-argument(g))))[0]
    }
  }
}

/// e^x within 2 units in the last place: 2^n times the series of e^r, |r| <= ln 2 / 2. Arguments beyond +-87 are clamped, NaN stays.
@inline(__always) private func exponential(_ x: SIMD16<Float>) -> SIMD16<Float> {
  let clamped = x.replacing(with: 87, where: x .> 87).replacing(with: -87, where: x .< -87)
  // Adding and taking away 1.5 * 2^23 rounds to the nearest integer.
  let shifter = SIMD16<Float>(repeating: 12_582_912)
  let shifted = clamped * 1.442_695_04 + shifter
  let n = shifted - shifter
  // ln 2 in two pieces, the first exact in few bits, so that n times it is exact.
  let r = clamped - n * 0.693_359_375 + n * 2.121_944_4e-4
  var sum = r * (1.0 / 5040) + 1.0 / 720
  sum = sum * r + 1.0 / 120
  sum = sum * r + 1.0 / 24
  sum = sum * r + 1.0 / 6
  sum = sum * r + 0.5
  sum = (sum * r + 1) * r + 1
  let bits = unsafe unsafeBitCast(shifted, to: SIMD16<UInt32>.self)
  return unsafe sum * unsafeBitCast((bits &+ 127) &<< 23, to: SIMD16<Float>.self)
}
