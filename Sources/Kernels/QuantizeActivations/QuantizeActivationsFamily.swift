package import CKernels
package import Records

/// x / D in the form that a quantized product reads: int8 with group scales and sums, or f32 with group sums (method.md, step 5).
package struct QuantizeActivationsFamily: KernelFamily {
  package let name = FamilyName.quantizeActivations
  package let contract = 1
  package let formula =
    "u = x / D; a8: scale = max|u|/127, code = round(u/scale), sum = scale * sum of codes; f32: u and sum of u"
  package let tolerance = 1e-6
  package let variants: [Variant<QuantizeActivationsKernel>]

  package init(variants: [Variant<QuantizeActivationsKernel>] = Self.standard) {
    self.variants = variants
  }

  /// The ladder, for each format: element after element, sixteen elements at a time, the registers of each instruction set.
  package static let standard: [Variant<QuantizeActivationsKernel>] =
    [
      QuantizeActivationsScalar.a8, QuantizeActivationsScalar.f32, QuantizeActivationsSIMD.a8,
      QuantizeActivationsSIMD.f32,
    ] + compiled

  private static let compiled: [Variant<QuantizeActivationsKernel>] = unsafe CTable.read(ttq_quantize_activations_rows)
    .map { table in
      var row = unsafe VariantRow(table.name, table.revision, table.isa, table.file, table.summary)
      unsafe row.activation = ActivationFormat(table: table.activation)
      return Variant(row, kernel: unsafe QuantizeActivationsKernel(table.kernel))
    }

  package func cost(of problem: Problem) -> Cost {
    let elements = Double(problem.tokens * problem.k)
    let groups = Double(problem.tokens * (problem.format?.groups(problem.k) ?? 1))
    let written = problem.activation == .f32 ? 4 * elements + 4 * groups : elements + 8 * groups
    return Cost(bytes: 4 * elements + written, operations: 4 * elements)
  }

  package func trial(
    of variant: Variant<QuantizeActivationsKernel>, on problem: Problem, configuration: Configuration,
    pool: ThreadPool, arena: ColdArena, seed: UInt64
  ) -> any Trial {
    QuantizeActivationsTrial(variant: variant, problem: problem, configuration: configuration, pool: pool, seed: seed)
  }
}

/// A variant of `quantizeActivations` with the threads that share it.
package struct QuantizeActivations: Sendable {
  package let activation: ActivationFormat
  let kernel: QuantizeActivationsKernel
  let threads: Int

  package init(_ variant: Variant<QuantizeActivationsKernel>, _ configuration: Configuration) {
    kernel = variant.kernel
    activation = variant.row.activation ?? .a8
    threads = configuration.threads
  }

  @unsafe private struct Call {
    let args: ttq_quantize_activations_args
    let kernel: QuantizeActivationsKernel
  }

  /// Formats `x` (T rows of K) scaled by `inverseScale` (K: 1 / D) into `packed`.
  package func callAsFunction(
    _ x: Span<Float>, inverseScale: Span<Float>, into packed: inout PackedActivations, pool: ThreadPool
  ) {
    let k = packed.k
    let tokens = x.count / k
    precondition(
      x.count == tokens * k && inverseScale.count == k && tokens <= packed.capacity && packed.format == activation)
    guard tokens > 0 else { return }
    unsafe x.withUnsafeBufferPointer { x in
      unsafe inverseScale.withUnsafeBufferPointer { inverse in
        guard let x = x.baseAddress, let inverse = inverse.baseAddress else { return }
        unsafe run(
          ttq_quantize_activations_args(
            x: x, x_stride: k, tokens: tokens, k: k, group: packed.group, inverse_scale: inverse,
            codes: packed.codes.pointer, values: packed.values.pointer, scale: packed.scale.pointer,
            sum: packed.sum.pointer),
          pool: pool)
      }
    }
  }

  @unsafe func run(_ args: ttq_quantize_activations_args, pool: ThreadPool) {
    let parts = unsafe min(threads, pool.threads, args.tokens)
    unsafe withUnsafePointer(to: Call(args: args, kernel: kernel)) { call in
      unsafe pool.run(parts: parts, context: call) { context, part, parts in
        let call = unsafe context.assumingMemoryBound(to: Call.self).pointee
        var args = unsafe call.args
        let rows = unsafe share(of: args.tokens, part: part, parts: parts, unit: 1)
        let (first, groups) = unsafe (rows.lowerBound, ttq_groups(args.k, args.group))
        let padded = unsafe ttq_padded_k(args.k)
        unsafe args.x += first * args.x_stride
        unsafe args.codes = args.codes.map { unsafe $0 + first * padded }
        unsafe args.values = args.values.map { unsafe $0 + first * padded }
        unsafe args.scale = args.scale.map { unsafe $0 + first * groups }
        unsafe args.sum += first * groups
        unsafe args.tokens = rows.count
        unsafe call.kernel.function(&args)
      }
    }
  }
}

/// The function of a variant: the contract of `ttq_quantize_activations_kernel` in `ttq_kernels.h`.
@safe package struct QuantizeActivationsKernel: Sendable {
  @unsafe package let function: ttq_quantize_activations_kernel

  @unsafe package init(_ function: ttq_quantize_activations_kernel) {
    unsafe self.function = function
  }
}
