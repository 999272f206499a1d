internal import CKernels
internal import Records

/// The portable SIMD rungs of `qmatmul`: sixteen channels of one row at a time.
enum QMatmulSIMD {
  static let f32 = Variant<QMatmulKernel>(
    VariantRow(
      name: "f32/simd", revision: 1, isa: .baseline, summary: "sixteen channels of a row at a time", file: file,
      bits: WeightFormat.supportedBits, activation: .f32, layout: .rows),
    kernel: unsafe QMatmulKernel { args in
      let args = unsafe args.pointee
      guard let values = unsafe args.x_values else { return }
      let (rowBytes, padded) = unsafe (ttq_row_bytes(args.k, args.bits, args.group), ttq_padded_k(args.k))
      let groups = unsafe ttq_groups(args.k, args.group)
      for row in unsafe 0..<args.n {
        for t in unsafe 0..<args.tokens {
          var total = SIMD16<Float>(repeating: 0)
          var minima: Float = 0
          unsafe RowsLayout.forEachGroup(
            ofRow: args.packed + row * rowBytes, k: args.k, bits: args.bits, group: args.group
          ) { group, channels, scale, minimum, codes in
            var product = SIMD16<Float>(repeating: 0)
            for k in stride(from: channels.lowerBound, to: channels.upperBound, by: 16) {
              let code = unsafe RowsLayout.codes(codes + (k - channels.lowerBound) / 8 * args.bits, bits: args.bits)
              product += unsafe SIMD16<Float>(codes: code) * SIMD16(loading: values + t * padded + k)
            }
            total += product * scale
            minima += unsafe minimum * args.x_sum[t * groups + group]
          }
          unsafe args.y[t * args.y_stride + row] = total.sum() + minima
        }
      }
    })

  static let a8 = Variant<QMatmulKernel>(
    VariantRow(
      name: "a8/simd", revision: 1, isa: .baseline, summary: "sixteen channels of a row at a time, 16-bit products",
      file: file,
      bits: WeightFormat.supportedBits, activation: .a8, layout: .rows),
    kernel: unsafe QMatmulKernel { args in
      let args = unsafe args.pointee
      guard let x = unsafe args.x_codes, let scales = unsafe args.x_scale else { return }
      let (rowBytes, padded) = unsafe (ttq_row_bytes(args.k, args.bits, args.group), ttq_padded_k(args.k))
      let groups = unsafe ttq_groups(args.k, args.group)
      for row in unsafe 0..<args.n {
        for t in unsafe 0..<args.tokens {
          var total = SIMD16<Float>(repeating: 0)
          var minima: Float = 0
          unsafe RowsLayout.forEachGroup(
            ofRow: args.packed + row * rowBytes, k: args.k, bits: args.bits, group: args.group
          ) { group, channels, scale, minimum, codes in
            var product = SIMD16<Int32>(repeating: 0)
            for k in stride(from: channels.lowerBound, to: channels.upperBound, by: 16) {
              let code = unsafe RowsLayout.codes(codes + (k - channels.lowerBound) / 8 * args.bits, bits: args.bits)
              let activation = unsafe SIMD16<Int16>(truncatingIfNeeded: SIMD16(loading: x + t * padded + k))
              // A code is at most 255 and an activation at most 127 in magnitude: a product fits 16 bits.
              product &+= SIMD16<Int32>(truncatingIfNeeded: SIMD16<Int16>(truncatingIfNeeded: code) &* activation)
            }
            let side = t * groups + group
            total += unsafe SIMD16<Float>(sums: product) * (scale * scales[side])
            minima += unsafe minimum * args.x_sum[side]
          }
          unsafe args.y[t * args.y_stride + row] = total.sum() + minima
        }
      }
    })

  private static let file = "Sources/Kernels/QMatmul/QMatmulSIMD.swift"
}
