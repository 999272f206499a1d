package import CKernels
package import Records

/// `matmul` and `quantize` in one pass over the weights: while the prompt is multiplied in full precision, each block of rows is also
/// scaled by D and packed. For exact prefill, where D comes from the layer's own input and is known before its product starts.
package struct MatmulQuantizeFamily: KernelFamily {
  package let name = FamilyName.matmulQuantize
  package let contract = 1
  package let formula = "y[t][n] = sum over k of w[n][k] * x[t][k]; packed = quantize(w * D)"
  /// Of y, as in `matmul`; codes, scales and minima equal the reference's bit for bit.
  package let tolerance = 1e-5
  package let variants: [Variant<MatmulQuantizeKernel>]

  package init(variants: [Variant<MatmulQuantizeKernel>] = Self.standard) {
    self.variants = variants
  }

  /// The ladder: the references of both families one after the other, then blocks of rows that are quantized while they are in the cache.
  package static let standard: [Variant<MatmulQuantizeKernel>] = MatmulQuantizeScalar.all + compiled

  private static let compiled: [Variant<MatmulQuantizeKernel>] =
    unsafe CTable.read(ttq_matmul_quantize_rows).map { table in
      var row = unsafe VariantRow(table.name, table.revision, table.isa, table.file, table.summary)
      unsafe row.bits = [Int(table.bits)]
      unsafe row.element = ElementType(table: table.element)
      unsafe row.activation = ActivationFormat(table: table.activation)
      unsafe row.layout = PackedLayout(table: table.layout)
      let scratch = unsafe table.scratch_floats
      return Variant(row, scratchFloats: { _ in scratch }, kernel: unsafe MatmulQuantizeKernel(table.kernel))
    }

  package func cost(of problem: Problem) -> Cost {
    let weights = Double(problem.n * problem.k)
    let tokens = Double(problem.tokens)
    let bits = problem.format?.effectiveBits(k: problem.k) ?? 0
    return Cost(
      bytes: weights * (Double(problem.element?.bytes ?? 2) + bits / 8) + 4 * tokens * Double(problem.n + problem.k)
        + 4 * Double(problem.k),
      operations: 2 * weights * tokens + 7 * weights)
  }

  package func trial(
    of variant: Variant<MatmulQuantizeKernel>, on problem: Problem, configuration: Configuration, pool: ThreadPool,
    arena: ColdArena, seed: UInt64
  ) -> any Trial {
    MatmulQuantizeTrial(
      variant: variant, problem: problem, configuration: configuration, pool: pool, arena: arena, seed: seed)
  }
}

/// A variant of `matmulQuantize` with the threads that share it.
package struct MatmulQuantize: Sendable {
  package let element: ElementType
  package let activation: ActivationFormat
  package let layout: PackedLayout
  let kernel: MatmulQuantizeKernel
  let threads: Int

  package init(_ variant: Variant<MatmulQuantizeKernel>, _ configuration: Configuration) {
    kernel = variant.kernel
    element = variant.row.element ?? .f32
    activation = variant.row.activation ?? .f32
    layout = variant.row.layout ?? .panel16
    threads = configuration.threads
  }

  @unsafe private struct Call {
    let args: ttq_matmul_quantize_args
    let kernel: MatmulQuantizeKernel
    let weightRowBytes: Int
    let packedRowBytes: Int
    let scratch: UnsafeMutablePointer<Float>
    let scratchStride: Int
    let nonfinite: UnsafeMutablePointer<UInt32>
  }

  /// Multiplies `x`, T rows of K, by the row-major tensor at `weights`, whose rows are `rows` of a stacked matrix, into those columns of `y`, T
  /// rows of all its N, and quantizes the tensor times `d` (K) into those rows of `packed`. Rows begin with a panel, and end with one
  /// unless they are the last. Returns false where a scale or a minimum is beyond f16.
  @unsafe package func callAsFunction(
    _ weights: UnsafeRawPointer, rows: Range<Int>, _ x: Span<Float>, d: Span<Float>, into y: inout MutableSpan<Float>,
    packed: inout PackedMatrix, pool: ThreadPool
  ) -> Bool {
    let (n, geometry) = (packed.n, packed.geometry)
    let tokens = x.count / geometry.k
    precondition(
      x.count == tokens * geometry.k && d.count == geometry.k && y.count == tokens * n && tokens > 0
        && geometry.layout == layout)
    precondition(rows.lowerBound % PackedGeometry.panel == 0 && rows.upperBound <= n)
    precondition(rows.upperBound % PackedGeometry.panel == 0 || rows.upperBound == n)
    return unsafe x.withUnsafeBufferPointer { x in
      unsafe d.withUnsafeBufferPointer { d in
        unsafe y.withUnsafeMutableBufferPointer { y in
          guard let x = x.baseAddress, let d = d.baseAddress, let y = y.baseAddress else { return true }
          let product = unsafe ttq_matmul_args(
            w: weights, n: rows.count, k: geometry.k, tokens: tokens, x: x, x_stride: geometry.k,
            y: y + rows.lowerBound, y_stride: n, scratch: nil)
          return unsafe run(
            ttq_matmul_quantize_args(
              product: product, group: geometry.format.group, bits: geometry.format.bits, d: d,
              packed: packed.pointer + rows.lowerBound * geometry.rowBytes),
            packedRowBytes: geometry.rowBytes, pool: pool)
        }
      }
    }
  }

  @unsafe func run(_ args: ttq_matmul_quantize_args, packedRowBytes: Int, pool: ThreadPool) -> Bool {
    var nonfinite = SIMD64<UInt32>(repeating: 0)
    return unsafe withUnsafeMutableBytes(of: &nonfinite) { flags in
      let flags = unsafe flags.assumingMemoryBound(to: UInt32.self)
      guard let first = flags.baseAddress else { return false }
      let call = unsafe Call(
        args: args, kernel: kernel, weightRowBytes: args.product.k * element.bytes, packedRowBytes: packedRowBytes,
        scratch: pool.scratch(part: 0), scratchStride: pool.scratchStride, nonfinite: first)
      unsafe withUnsafePointer(to: call) { call in
        unsafe pool.run(parts: min(threads, pool.threads, flags.count), context: call) { context, part, parts in
          let call = unsafe context.assumingMemoryBound(to: Call.self).pointee
          var args = unsafe call.args
          let rows = unsafe share(of: args.product.n, part: part, parts: parts, unit: PackedGeometry.panel)
          guard !rows.isEmpty else { return }
          unsafe args.product.w += rows.lowerBound * call.weightRowBytes
          unsafe args.product.y += rows.lowerBound
          unsafe args.product.n = rows.count
          unsafe args.product.scratch = call.scratch + part * call.scratchStride
          unsafe args.packed += rows.lowerBound * call.packedRowBytes
          unsafe call.nonfinite[part] = call.kernel.function(&args)
        }
      }
      return unsafe flags.allSatisfy { $0 == 0 }
    }
  }
}

/// The function of a variant: the contract of `ttq_matmul_quantize_kernel` in `ttq_kernels.h`.
@safe package struct MatmulQuantizeKernel: Sendable {
  @unsafe package let function: ttq_matmul_quantize_kernel

  @unsafe package init(_ function: ttq_matmul_quantize_kernel) {
    unsafe self.function = function
  }
}
