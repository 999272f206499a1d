package import CKernels
package import Records

/// Packed weights back to f32 rows, for comparison and for products through a dense library.
package struct DequantizeFamily: KernelFamily {
  package let name = FamilyName.dequantize
  package let contract = 1
  package let formula = "w[n][k] = code * scale + minimum"
  package let tolerance = 0.0
  package let variants: [Variant<DequantizeKernel>]

  package init(variants: [Variant<DequantizeKernel>] = Self.standard) {
    self.variants = variants
  }

  /// The ladder: code after code in any layout, sixteen codes of a row at a time, sixteen rows at a time in the registers of each
  /// instruction set.
  package static let standard: [Variant<DequantizeKernel>] =
    DequantizeSwift.scalar + [DequantizeSwift.simd] + compiled

  private static let compiled: [Variant<DequantizeKernel>] = unsafe CTable.read(ttq_dequantize_rows).map { table in
    var row = unsafe VariantRow(table.name, table.revision, table.isa, table.file, table.summary)
    unsafe row.bits = [Int(table.bits)]
    unsafe row.layout = PackedLayout(table: table.layout)
    return Variant(row, kernel: unsafe DequantizeKernel(table.kernel))
  }

  package func cost(of problem: Problem) -> Cost {
    let weights = Double(problem.n * problem.k)
    return Cost(bytes: weights * (4 + (problem.format?.effectiveBits(k: problem.k) ?? 0) / 8), operations: 2 * weights)
  }

  package func trial(
    of variant: Variant<DequantizeKernel>, on problem: Problem, configuration: Configuration, pool: ThreadPool,
    arena: ColdArena, seed: UInt64
  ) -> any Trial {
    DequantizeTrial(
      variant: variant, problem: problem, configuration: configuration, pool: pool, arena: arena, seed: seed)
  }
}

/// A variant of `dequantize` with the threads that share it.
package struct Dequantize: Sendable {
  package let layout: PackedLayout
  let kernel: DequantizeKernel
  let threads: Int

  package init(_ variant: Variant<DequantizeKernel>, _ configuration: Configuration) {
    kernel = variant.kernel
    layout = variant.row.layout ?? .rows
    threads = configuration.threads
  }

  @unsafe private struct Call {
    let args: ttq_dequantize_args
    let kernel: DequantizeKernel
    let rowBytes: Int
  }

  /// Writes the N x K weights of `packed` to `weights`, row after row.
  package func callAsFunction(
    _ packed: borrowing PackedMatrix, into weights: inout MutableSpan<Float>, pool: ThreadPool
  ) {
    let geometry = packed.geometry
    precondition(weights.count == packed.n * geometry.k && geometry.layout == layout)
    unsafe weights.withUnsafeMutableBufferPointer { weights in
      guard let w = weights.baseAddress else { return }
      let args = unsafe ttq_dequantize_args(
        packed: packed.pointer, n: packed.n, k: geometry.k, group: geometry.format.group, bits: geometry.format.bits,
        w: w,
        w_stride: geometry.k)
      unsafe run(args, rowBytes: geometry.rowBytes, pool: pool)
    }
  }

  @unsafe func run(_ args: ttq_dequantize_args, rowBytes: Int, pool: ThreadPool) {
    unsafe withUnsafePointer(to: Call(args: args, kernel: kernel, rowBytes: rowBytes)) { call in
      unsafe pool.run(parts: min(threads, pool.threads), context: call) { context, part, parts in
        let call = unsafe context.assumingMemoryBound(to: Call.self).pointee
        var args = unsafe call.args
        let rows = unsafe share(of: args.n, part: part, parts: parts, unit: PackedGeometry.panel)
        guard !rows.isEmpty else { return }
        unsafe args.packed += rows.lowerBound * call.rowBytes
        unsafe args.w += rows.lowerBound * args.w_stride
        unsafe args.n = rows.count
        unsafe call.kernel.function(&args)
      }
    }
  }
}

/// The function of a variant: the contract of `ttq_dequantize_kernel` in `ttq_kernels.h`.
@safe package struct DequantizeKernel: Sendable {
  @unsafe package let function: ttq_dequantize_kernel

  @unsafe package init(_ function: ttq_dequantize_kernel) {
    unsafe self.function = function
  }
}
