internal import CKernels

/// The portable rungs of `statistic`.
enum StatisticSwift {
  static let scalar = Variant<StatisticKernel>(
    VariantRow(name: "scalar", revision: 1, isa: .baseline, summary: "reference: token after token", file: file),
    kernel: unsafe StatisticKernel { args in
      let args = unsafe args.pointee
      for t in unsafe 0..<args.tokens {
        let x = unsafe args.x + t * args.x_stride
        for k in unsafe 0..<args.k { unsafe args.sum[k] += x[k] * x[k] }
      }
    })

  static let simd = Variant<StatisticKernel>(
    VariantRow(
      name: "simd", revision: 1, isa: .baseline, summary: "sixteen channels at a time, token after token", file: file),
    kernel: unsafe StatisticKernel { args in
      let args = unsafe args.pointee
      for t in unsafe 0..<args.tokens {
        let x = unsafe args.x + t * args.x_stride
        var k = 0
        while unsafe k + 16 <= args.k {
          let value = unsafe SIMD16(loading: x + k)
          unsafe (SIMD16(loading: args.sum + k) + value * value).store(to: args.sum + k)
          k += 16
        }
        while unsafe k < args.k {
          unsafe args.sum[k] += x[k] * x[k]
          k += 1
        }
      }
    })

  static let tiled = Variant<StatisticKernel>(
    VariantRow(
      name: "tiled_c32", revision: 1, isa: .baseline,
      summary: "a tile of 32 channels stays in registers over all tokens", file: file),
    kernel: unsafe StatisticKernel { args in
      let args = unsafe args.pointee
      var k = 0
      while unsafe k + 32 <= args.k {
        var low = unsafe SIMD16(loading: args.sum + k)
        var high = unsafe SIMD16(loading: args.sum + k + 16)
        for t in unsafe 0..<args.tokens {
          let x = unsafe args.x + t * args.x_stride + k
          let (a, b) = unsafe (SIMD16(loading: x), SIMD16(loading: x + 16))
          low += a * a
          high += b * b
        }
        unsafe low.store(to: args.sum + k)
        unsafe high.store(to: args.sum + k + 16)
        k += 32
      }
      while unsafe k < args.k {
        var sum = unsafe args.sum[k]
        for t in unsafe 0..<args.tokens {
          let value = unsafe args.x[t * args.x_stride + k]
          sum += value * value
        }
        unsafe args.sum[k] = sum
        k += 1
      }
    })

  private static let file = "Sources/Kernels/Statistic/StatisticSwift.swift"
}
