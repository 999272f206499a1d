internal import CKernels
internal import COpenBLAS
internal import Records

/// The portable rungs of `lowrank` and the dense-library one.
enum LowRankSwift {
  static let scalar = unsafe variant("scalar", "reference: product after product") { args in
    let args = unsafe args.pointee
    guard let z = unsafe args.scratch else { return }
    for t in unsafe 0..<args.tokens {
      for i in unsafe 0..<args.factors.rank {
        var sums = SIMD4<Float>()
        for k in unsafe 0..<args.k {
          sums[k % 4] += unsafe element(args.factors.a, i * args.k + k) * args.x[t * args.x_stride + k]
        }
        unsafe z[i] = sums.sum()
      }
      for n in unsafe 0..<args.n {
        var sum: Float = 0
        for i in unsafe 0..<args.factors.rank {
          sum += unsafe element(args.factors.b, n * args.factors.rank + i) * z[i]
        }
        unsafe args.y[t * args.y_stride + n] += sum
      }
    }
  }

  static let simd = unsafe variant("simd", "sixteen channels, then sixteen ranks at a time") { args in
    let args = unsafe args.pointee
    guard let z = unsafe args.scratch, let a = unsafe args.factors.a, let b = unsafe args.factors.b else { return }
    let (k, rank) = unsafe (args.k, args.factors.rank)
    for t in unsafe 0..<args.tokens {
      let x = unsafe args.x + t * args.x_stride
      for i in 0..<rank { unsafe z[i] = dot(a + i * k, x, count: k) }
      for n in unsafe 0..<args.n { unsafe args.y[t * args.y_stride + n] += dot(b + n * rank, z, count: rank) }
    }
  }

  static let openBLAS = Variant<LowRankKernel>(
    VariantRow(
      name: "openblas", revision: 1, isa: .baseline, summary: "both factors widened for cblas_sgemm", file: file,
      needsOpenBLAS: true),
    scratchFloats: { $0.rank * ($0.n + $0.k + $0.tokens) },
    kernel: unsafe LowRankKernel { args in
      let args = unsafe args.pointee
      guard case .success(let blas) = OpenBLAS.loaded, let b = unsafe args.scratch else { return }
      let (n, k, rank) = unsafe (args.n, args.k, args.factors.rank)
      let a = unsafe b + n * rank
      let z = unsafe a + rank * k
      for index in 0..<n * rank { unsafe b[index] = element(args.factors.b, index) }
      for index in 0..<rank * k { unsafe a[index] = element(args.factors.a, index) }
      let (tokens, depth) = unsafe (Int32(args.tokens), Int32(rank))
      unsafe blas.sgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, tokens, depth, Int32(k), 1, args.x, Int32(args.x_stride), a, Int32(k),
        0, z, depth)
      unsafe blas.sgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, tokens, Int32(n), depth, 1, z, depth, b, depth, 1, args.y,
        Int32(args.y_stride))
    })

  @unsafe private static func variant(
    _ name: String, _ summary: String, _ function: @escaping ttq_lowrank_kernel
  ) -> Variant<LowRankKernel> {
    Variant(
      VariantRow(name: name, revision: 1, isa: .baseline, summary: summary, file: file),
      scratchFloats: { $0.rank }, kernel: unsafe LowRankKernel(function))
  }

  /// Element `index` of a factor.
  @inline(__always)
  private static func element(_ factor: UnsafePointer<UInt16>?, _ index: Int) -> Float {
    guard let factor = unsafe factor else { return 0 }
    return BFloat16(bits: unsafe factor[index]).widened
  }

  @inline(__always)
  private static func dot(_ factor: UnsafePointer<UInt16>, _ x: UnsafePointer<Float>, count: Int) -> Float {
    var sums = SIMD16<Float>(repeating: 0)
    var index = 0
    while index + 16 <= count {
      let weights = unsafe UnsafeRawPointer(factor + index).assumingMemoryBound(to: BFloat16.self)
      sums += unsafe BFloat16.load16(weights) * SIMD16(loading: x + index)
      index += 16
    }
    var total = sums.sum()
    while index < count {
      total += unsafe element(factor, index) * x[index]
      index += 1
    }
    return total
  }

  private static let file = "Sources/Kernels/LowRank/LowRankSwift.swift"
}
