internal import CKernels
internal import Records

/// The portable rungs of `matmul`, for every element type.
enum MatmulSwift {
  static let scalar: [Variant<MatmulKernel>] = [
    scalar(.bf16, kernel: unsafe MatmulKernel { unsafe multiply($0, BFloat16.self) { $0 } }),
    scalar(.f16, kernel: unsafe MatmulKernel { unsafe multiply($0, Float16.self) { $0 } }),
    scalar(.f32, kernel: unsafe MatmulKernel { unsafe multiply($0, Float.self) { $0 } }),
    scalar(
      .bf16, .bf16,
      kernel: unsafe MatmulKernel { unsafe multiply($0, BFloat16.self) { BFloat16(rounding: $0).widened } }
    ),
  ]

  static let simd: [Variant<MatmulKernel>] = [
    simd(.bf16, kernel: unsafe MatmulKernel { unsafe multiply16($0, BFloat16.self) }),
    simd(.f16, kernel: unsafe MatmulKernel { unsafe multiply16($0, Float16.self) }),
    simd(.f32, kernel: unsafe MatmulKernel { unsafe multiply16($0, Float.self) }),
  ]

  private static func scalar(
    _ element: ElementType, _ activation: ActivationFormat = .f32, kernel: MatmulKernel
  ) -> Variant<MatmulKernel> {
    let formats = activation == .f32 ? element.rawValue : "\(activation.rawValue)/\(element.rawValue)"
    return Variant(
      VariantRow(
        name: "\(formats)/scalar", revision: 2, isa: .baseline, summary: "reference: product after product",
        file: file, element: element, activation: activation),
      kernel: kernel)
  }

  private static func simd(_ element: ElementType, kernel: MatmulKernel) -> Variant<MatmulKernel> {
    Variant(
      VariantRow(
        name: "\(element.rawValue)/simd_t4", revision: 2, isa: .baseline,
        summary: "sixteen channels of a row for four tokens at a time",
        file: file, element: element, activation: .f32),
      kernel: kernel)
  }

  private static func multiply<Element: WeightElement>(
    _ args: UnsafePointer<ttq_matmul_args>, _: Element.Type, rounded: (Float) -> Float
  ) {
    let args = unsafe args.pointee
    let weights = unsafe args.w.assumingMemoryBound(to: Element.self)
    for t in unsafe 0..<args.tokens {
      for n in unsafe 0..<args.n {
        // Four partial sums keep the rounding error of long rows within the family's tolerance.
        var sums = SIMD4<Float>()
        for k in unsafe 0..<args.k {
          sums[k % 4] += unsafe weights[n * args.k + k].widened * rounded(args.x[t * args.x_stride + k])
        }
        unsafe args.y[t * args.y_stride + n] = sums.sum()
      }
    }
  }

  private static func multiply16<Element: WeightElement>(_ args: UnsafePointer<ttq_matmul_args>, _: Element.Type) {
    let args = unsafe args.pointee
    for n in unsafe 0..<args.n {
      let row = unsafe args.w.assumingMemoryBound(to: Element.self) + n * args.k
      for t in unsafe stride(from: 0, to: args.tokens, by: 4) {
        let count = unsafe min(4, args.tokens - t)
        var sums = (SIMD16<Float>(), SIMD16<Float>(), SIMD16<Float>(), SIMD16<Float>())
        // A short tile repeats its last token; the copies are not stored.
        let x0 = unsafe args.x + t * args.x_stride
        let x1 = unsafe args.x + (t + min(1, count - 1)) * args.x_stride
        let x2 = unsafe args.x + (t + min(2, count - 1)) * args.x_stride
        let x3 = unsafe args.x + (t + min(3, count - 1)) * args.x_stride
        var k = 0
        while unsafe k + 16 <= args.k {
          let weight = unsafe Element.load16(row + k)
          sums.0 += unsafe weight * SIMD16(loading: x0 + k)
          sums.1 += unsafe weight * SIMD16(loading: x1 + k)
          sums.2 += unsafe weight * SIMD16(loading: x2 + k)
          sums.3 += unsafe weight * SIMD16(loading: x3 + k)
          k += 16
        }
        var totals = SIMD4(sums.0.sum(), sums.1.sum(), sums.2.sum(), sums.3.sum())
        while unsafe k < args.k {
          totals += unsafe row[k].widened * SIMD4(x0[k], x1[k], x2[k], x3[k])
          k += 1
        }
        for index in 0..<count { unsafe args.y[(t + index) * args.y_stride + n] = totals[index] }
      }
    }
  }

  private static let file = "Sources/Kernels/Matmul/MatmulSwift.swift"
}
