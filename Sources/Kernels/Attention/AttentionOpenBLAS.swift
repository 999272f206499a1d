internal import CKernels
internal import COpenBLAS
internal import Glibc
internal import Records

/// The dense-library rung of `attention`: `cblas_sgemm` for scores and sums of one head (`cblas_sgemv` for one token), softmax between.
enum AttentionOpenBLAS {
  static let f32 = Variant<AttentionKernel>(
    VariantRow(
      name: "f32/openblas", revision: 2, isa: .baseline,
      summary: "scores and sums by cblas_sgemm/sgemv, head after head",
      file: "Sources/Kernels/Attention/AttentionOpenBLAS.swift", cache: .f32, needsOpenBLAS: true),
    scratchFloats: { $0.tokens * $0.k },
    kernel: unsafe AttentionKernel { args in
      let args = unsafe args.pointee
      guard let scores = unsafe args.scratch, case .success(let blas) = OpenBLAS.loaded else { return }
      let positions = unsafe args.past + args.tokens
      let (m, n, dim) = unsafe (Int32(args.tokens), Int32(positions), Int32(args.dim))
      let width = unsafe Int32(args.heads * args.dim)
      for head in unsafe args.head_begin..<args.head_end {
        let (q, y) = unsafe (args.query(0, head), args.output(0, head))
        let cached = unsafe CachedHead<Float>(args, head: head)
        let (keys, values) = unsafe (cached.keys, cached.values)
        if m == 1 {
          unsafe blas.sgemv(CblasRowMajor, CblasNoTrans, n, dim, args.scale, keys, dim, q, 1, 0, scores, 1)
        } else {
          unsafe blas.sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, m, n, dim, args.scale, q, width, keys, dim, 0, scores, n)
        }
        for t in unsafe 0..<args.tokens {
          unsafe softmax(scores + t * positions, seen: args.past + t + 1, of: positions)
        }
        if m == 1 {
          unsafe blas.sgemv(CblasRowMajor, CblasTrans, n, dim, 1, values, dim, scores, 1, 0, y, 1)
        } else {
          unsafe blas.sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, m, dim, n, 1, scores, n, values, dim, 0, y, width)
        }
      }
    })

  /// Normalises the first `seen` scores and silences the rest, which lie in the future.
  private static func softmax(_ scores: UnsafeMutablePointer<Float>, seen: Int, of count: Int) {
    var largest = -Float.infinity
    for p in 0..<seen { largest = max(largest, unsafe scores[p]) }
    var total: Float = 0
    for p in 0..<seen {
      unsafe scores[p] = expf(scores[p] - largest)
      total += unsafe scores[p]
    }
    for p in 0..<seen { unsafe scores[p] /= total }
    for p in seen..<count { unsafe scores[p] = 0 }
  }
}
