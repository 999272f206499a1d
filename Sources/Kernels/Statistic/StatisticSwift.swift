internal import CKernels

/// The portable rungs of `statistic`.
enum StatisticSwift {
  static let scalar = Variant<StatisticKernel>(
    VariantRow(name: "scalar", revision: 2, isa: .baseline, summary: "reference: token after token", file: file),
    kernel: unsafe StatisticKernel { args in
      let args = unsafe args.pointee
      for t in unsafe 0..<args.tokens {
        let x = unsafe args.x + t * args.x_stride
        for k in unsafe 0..<args.k { unsafe args.sum[k] += power(x[k], args.p) }
      }
    })

  static let simd = Variant<StatisticKernel>(
    VariantRow(
      name: "simd", revision: 2, isa: .baseline, summary: "sixteen channels at a time, token after token", file: file),
    kernel: unsafe StatisticKernel { args in
      switch unsafe args.pointee.p {
      case 1: unsafe addRows(args.pointee, p: 1)
      case 2: unsafe addRows(args.pointee, p: 2)
      default: unsafe addRows(args.pointee, p: 4)
      }
    })

  static let tiled = Variant<StatisticKernel>(
    VariantRow(
      name: "tiled_c32", revision: 2, isa: .baseline,
      summary: "a tile of 32 channels stays in registers over all tokens", file: file),
    kernel: unsafe StatisticKernel { args in
      switch unsafe args.pointee.p {
      case 1: unsafe addTiles(args.pointee, p: 1)
      case 2: unsafe addTiles(args.pointee, p: 2)
      default: unsafe addTiles(args.pointee, p: 4)
      }
    })

  @inline(__always)
  private static func addRows(_ args: ttq_statistic_args, p: UInt32) {
    for t in unsafe 0..<args.tokens {
      let x = unsafe args.x + t * args.x_stride
      var k = 0
      while unsafe k + 16 <= args.k {
        unsafe (SIMD16(loading: args.sum + k) + power(SIMD16(loading: x + k), p)).store(to: args.sum + k)
        k += 16
      }
      while unsafe k < args.k {
        unsafe args.sum[k] += power(x[k], p)
        k += 1
      }
    }
  }

  @inline(__always)
  private static func addTiles(_ args: ttq_statistic_args, p: UInt32) {
    var k = 0
    while unsafe k + 32 <= args.k {
      var low = unsafe SIMD16(loading: args.sum + k)
      var high = unsafe SIMD16(loading: args.sum + k + 16)
      for t in unsafe 0..<args.tokens {
        let x = unsafe args.x + t * args.x_stride + k
        low += unsafe power(SIMD16(loading: x), p)
        high += unsafe power(SIMD16(loading: x + 16), p)
      }
      unsafe low.store(to: args.sum + k)
      unsafe high.store(to: args.sum + k + 16)
      k += 32
    }
    while unsafe k < args.k {
      var sum = unsafe args.sum[k]
      for t in unsafe 0..<args.tokens { sum += unsafe power(args.x[t * args.x_stride + k], p) }
      unsafe args.sum[k] = sum
      k += 1
    }
  }

  /// |x|^p
  @inline(__always)
  private static func power(_ x: Float, _ p: UInt32) -> Float {
    p == 1 ? abs(x) : p == 2 ? x * x : (x * x) * (x * x)
  }

  @inline(__always)
  private static func power(_ x: SIMD16<Float>, _ p: UInt32) -> SIMD16<Float> {
    p == 1 ? x.greater(-x) : p == 2 ? x * x : (x * x) * (x * x)
  }

  private static let file = "Sources/Kernels/Statistic/StatisticSwift.swift"
}
