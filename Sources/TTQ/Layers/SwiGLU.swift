internal import Kernels

/// The gated activation of the feed-forward block: y = up * gate / (1 + exp(-gate)).
enum SwiGLU {
  /// The first `tokens` rows of `gateUp` hold gate then up, each as wide as a row of `y`.
  static func apply(_ gateUp: borrowing TokenRows, _ tokens: Int, into y: inout TokenRows, pool: ThreadPool) {
    let width = y.width
    precondition(gateUp.width == 2 * width)
    var y = y.mutable(tokens)
    unsafe gateUp.rows(0..<tokens).withUnsafeBufferPointer { source in
      unsafe y.withUnsafeMutableBufferPointer { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        unsafe pool.divide(tokens: tokens) { share in
          for row in share {
            unsafe apply(
              gate: source + 2 * row * width, up: source + (2 * row + 1) * width, into: target + row * width, width)
          }
        }
      }
    }
  }

  @unsafe private static func apply(
    gate: UnsafePointer<Float>, up: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ width: Int
  ) {
    let vectors = width / 16 * 16
    for i in stride(from: 0, to: vectors, by: 16) {
      let g = unsafe UnsafeRawPointer(gate + i).loadUnaligned(as: SIMD16<Float>.self)
      let u = unsafe UnsafeRawPointer(up + i).loadUnaligned(as: SIMD16<Float>.self)
      unsafe UnsafeMutableRawPointer(y + i).storeBytes(of: u * silu(g), as: SIMD16<Float>.self)
    }
    for i in vectors..<width { unsafe y[i] = up[i] * silu(SIMD16(repeating: gate[i]))[0] }
  }

  @inline(__always) private static func silu(_ x: SIMD16<Float>) -> SIMD16<Float> { x / (1 + exp(-x)) }

  /// e^x within 2 units in the last place: 2^n times the series of e^r, |r| <= ln 2 / 2. Arguments beyond +-87 are clamped, NaN stays.
  @inline(__always) private static func exp(_ x: SIMD16<Float>) -> SIMD16<Float> {
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
}
