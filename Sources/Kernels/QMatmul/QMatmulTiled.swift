internal import CKernels
internal import Records

/// The tiled rung of `qmatmul`: a tile of four rows is decoded to f32 once and multiplied by two tokens at a time.
enum QMatmulTiled {
  private static let rows = 4

  static let f32 = Variant<QMatmulKernel>(
    VariantRow(
      name: "f32/tiled_r4x2", revision: 1, isa: .baseline,
      summary: "four rows decoded once for all tokens, two tokens at a time",
      file: "Sources/Kernels/QMatmul/QMatmulTiled.swift", bits: WeightFormat.supportedBits, activation: .f32,
      layout: .rows),
    scratchFloats: { rows * ttq_padded_k($0.k) },
    kernel: unsafe QMatmulKernel { args in
      let args = unsafe args.pointee
      guard let values = unsafe args.x_values, let weights = unsafe args.scratch else { return }
      let (rowBytes, padded) = unsafe (ttq_row_bytes(args.k, args.bits, args.group), ttq_padded_k(args.k))
      for first in unsafe stride(from: 0, to: args.n, by: rows) {
        let count = unsafe min(rows, args.n - first)
        for row in 0..<rows {
          // A short tile repeats its last row; the copies are not stored.
          unsafe RowsLayout.dequantize(
            row: args.packed + (first + min(row, count - 1)) * rowBytes, k: args.k, bits: args.bits, group: args.group,
            into: weights + row * padded)
        }
        for t in unsafe stride(from: 0, to: args.tokens, by: 2) {
          let x0 = unsafe values + t * padded
          let x1 = unsafe values + min(t + 1, args.tokens - 1) * padded
          var sums = (
            SIMD16<Float>(), SIMD16<Float>(), SIMD16<Float>(), SIMD16<Float>(), SIMD16<Float>(), SIMD16<Float>(),
            SIMD16<Float>(), SIMD16<Float>()
          )
          for k in stride(from: 0, to: padded, by: 16) {
            let (a, b) = unsafe (SIMD16(loading: x0 + k), SIMD16(loading: x1 + k))
            let w0 = unsafe SIMD16(loading: weights + k)
            let w1 = unsafe SIMD16(loading: weights + padded + k)
            let w2 = unsafe SIMD16(loading: weights + 2 * padded + k)
            let w3 = unsafe SIMD16(loading: weights + 3 * padded + k)
            sums.0 += w0 * a
            sums.1 += w1 * a
            sums.2 += w2 * a
            sums.3 += w3 * a
            sums.4 += w0 * b
            sums.5 += w1 * b
            sums.6 += w2 * b
            sums.7 += w3 * b
          }
          let even = SIMD4(sums.0.sum(), sums.1.sum(), sums.2.sum(), sums.3.sum())
          let odd = SIMD4(sums.4.sum(), sums.5.sum(), sums.6.sum(), sums.7.sum())
          for row in 0..<count {
            unsafe args.y[t * args.y_stride + first + row] = even[row]
            if unsafe t + 1 < args.tokens { unsafe args.y[(t + 1) * args.y_stride + first + row] = odd[row] }
          }
        }
      }
    })
}
