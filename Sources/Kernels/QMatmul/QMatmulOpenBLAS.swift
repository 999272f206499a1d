internal import CKernels
internal import COpenBLAS
internal import Records

/// The dense-library rung of `qmatmul`: a panel of rows is dequantized, then multiplied by `cblas_sgemm`, or `cblas_sgemv` for one token.
enum QMatmulOpenBLAS {
  /// Rows of a panel: 64 x 4096 floats are 1 MiB, which stays in a second-level cache.
  private static let rows = 64

  static let f32 = Variant<QMatmulKernel>(
    VariantRow(
      name: "f32/openblas_r64", revision: 1, isa: .baseline,
      summary: "a panel of 64 rows dequantized for cblas_sgemm/sgemv",
      file: "Sources/Kernels/QMatmul/QMatmulOpenBLAS.swift", bits: WeightFormat.supportedBits, activation: .f32,
      layout: .rows,
      needsOpenBLAS: true),
    scratchFloats: { rows * ttq_padded_k($0.k) },
    kernel: unsafe QMatmulKernel { args in
      let args = unsafe args.pointee
      guard let values = unsafe args.x_values, let weights = unsafe args.scratch,
        case .success(let blas) = OpenBLAS.loaded
      else { return }
      let (rowBytes, padded) = unsafe (ttq_row_bytes(args.k, args.bits, args.group), ttq_padded_k(args.k))
      for first in unsafe stride(from: 0, to: args.n, by: rows) {
        let count = unsafe min(rows, args.n - first)
        for row in 0..<count {
          unsafe RowsLayout.dequantize(
            row: args.packed + (first + row) * rowBytes, k: args.k, bits: args.bits, group: args.group,
            into: weights + row * padded)
        }
        let (m, n, k) = unsafe (Int32(args.tokens), Int32(count), Int32(args.k))
        let stride = Int32(padded)
        if m == 1 {
          unsafe blas.sgemv(CblasRowMajor, CblasNoTrans, n, k, 1, weights, stride, values, 1, 0, args.y + first, 1)
        } else {
          unsafe blas.sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1, values, stride, weights, stride, 0, args.y + first,
            Int32(args.y_stride))
        }
      }
    })
}
