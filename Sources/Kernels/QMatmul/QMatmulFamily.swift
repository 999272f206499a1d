package import CKernels
package import Records

/// y = Q (x / D): packed weights times formatted activations, any token count (method.md, step 5).
package struct QMatmulFamily: KernelFamily {
  package let name = FamilyName.qmatmul
  package let contract = 1
  package let formula = "y[t][n] = sum over groups of scale * (codes . u) + minimum * (sum of u)"
  /// Against the product with the same activations: the same int8 codes, or the same f32 values.
  package let tolerance = 1e-5
  package let variants: [Variant<QMatmulKernel>]

  package init(variants: [Variant<QMatmulKernel>] = Self.standard) {
    self.variants = variants
  }

  /// The ladder, for f32 and int8 activations: code after code; a row decoded and multiplied sixteen channels at a time; a tile of rows
  /// decoded once for several tokens; a panel decoded for a dense library; bit planes of 16 interleaved rows, counted or looked up; then
  /// panels of 16 interleaved rows in the registers of each instruction set, one token at a time and in tiles; scales in fixed point.
  package static let standard: [Variant<QMatmulKernel>] =
    [
      QMatmulScalar.f32, QMatmulScalar.a8, QMatmulSIMD.f32, QMatmulSIMD.a8, QMatmulTiled.f32, QMatmulOpenBLAS.f32,
    ] + QMatmulScalar.compact + compiled

  private static let compiled: [Variant<QMatmulKernel>] = unsafe CTable.read(ttq_qmatmul_rows).map { table in
    var row = unsafe VariantRow(table.name, table.revision, table.isa, table.file, table.summary)
    unsafe row.bits = [Int(table.bits)]
    unsafe row.activation = ActivationFormat(table: table.activation)
    unsafe row.layout = PackedLayout(table: table.layout)
    unsafe row.leastTokens = table.least_tokens
    unsafe row.unrolls = table.unrolls
    unsafe row.tolerance = table.tolerance > 0 ? table.tolerance : nil
    let kernel = unsafe QMatmulKernel(table.kernel)
    guard let scratch = unsafe table.scratch_floats else { return Variant(row, kernel: kernel) }
    return Variant(row, scratchFloats: { scratch($0.k, $0.format?.group ?? 32) }, kernel: kernel)
  }

  package func cost(of problem: Problem) -> Cost {
    let weights = Double(problem.n * problem.k)
    let tokens = Double(problem.tokens)
    let groups = Double(problem.format?.groups(problem.k) ?? 1)
    let activations = tokens * (Double(problem.k * (problem.activation ?? .a8).bytes) + 8 * groups)
    let packed = weights * (problem.format?.effectiveBits(k: problem.k) ?? 0) / 8
    return Cost(bytes: packed + activations + 4 * tokens * Double(problem.n), operations: 2 * weights * tokens)
  }

  package func trial(
    of variant: Variant<QMatmulKernel>, on problem: Problem, configuration: Configuration, pool: ThreadPool,
    arena: ColdArena, seed: UInt64
  ) -> any Trial {
    QMatmulTrial(variant: variant, problem: problem, configuration: configuration, pool: pool, arena: arena, seed: seed)
  }
}

/// A variant of `qmatmul` with the threads that share it and what they divide.
package struct QMatmul: Sendable {
  package let layout: PackedLayout
  package let activation: ActivationFormat
  let kernel: QMatmulKernel
  let threads: Int
  let split: Configuration.Split
  let stream: Stream

  package init(_ variant: Variant<QMatmulKernel>, _ configuration: Configuration) {
    kernel = variant.kernel
    layout = variant.row.layout ?? .rows
    activation = variant.row.activation ?? .f32
    threads = configuration.threads
    split = configuration.split
    stream = configuration.stream ?? .standard
  }

  @unsafe private struct Call {
    let args: ttq_qmatmul_args
    let kernel: QMatmulKernel
    let split: Configuration.Split
    let rowBytes: Int
    let scratch: UnsafeMutablePointer<Float>
    let scratchStride: Int
  }

  /// Multiplies the first `tokens` rows of `x` by `weights` into `y`, T rows of N.
  package func callAsFunction(
    _ weights: borrowing PackedMatrix, _ x: borrowing PackedActivations, tokens: Int, into y: inout MutableSpan<Float>,
    pool: ThreadPool
  ) {
    let geometry = weights.geometry
    precondition(
      x.k == geometry.k && x.group == geometry.format.group && x.format == activation && geometry.layout == layout)
    precondition(tokens <= x.capacity && y.count == tokens * weights.n)
    unsafe y.withUnsafeMutableBufferPointer { y in
      guard let y = y.baseAddress, tokens > 0 else { return }
      let args = unsafe ttq_qmatmul_args(
        packed: weights.pointer, n: weights.n, k: geometry.k, group: geometry.format.group, bits: geometry.format.bits,
        tokens: tokens, x_codes: x.codes.pointer, x_values: x.values.pointer, x_scale: x.scale.pointer,
        x_sum: x.sum.pointer,
        y: y, y_stride: weights.n, scratch: nil, fetch: stream.prefetch, unroll: stream.unroll)
      unsafe run(args, rowBytes: geometry.rowBytes, pool: pool)
    }
  }

  @unsafe func run(_ args: ttq_qmatmul_args, rowBytes: Int, pool: ThreadPool) {
    let call = unsafe Call(
      args: args, kernel: kernel, split: split, rowBytes: rowBytes, scratch: pool.scratch(part: 0),
      scratchStride: pool.scratchStride)
    unsafe withUnsafePointer(to: call) { call in
      unsafe pool.run(parts: min(threads, pool.threads), context: call) { context, part, parts in
        let call = unsafe context.assumingMemoryBound(to: Call.self).pointee
        var args = unsafe call.args
        if unsafe call.split == .tokens, unsafe args.tokens >= parts * tokenUnit {
          unsafe args.take(tokens: share(of: args.tokens, part: part, parts: parts, unit: tokenUnit))
        } else {
          unsafe args.take(
            rows: share(of: args.n, part: part, parts: parts, unit: PackedGeometry.panel), rowBytes: call.rowBytes)
        }
        guard unsafe args.n > 0 else { return }
        unsafe args.scratch = call.scratch + part * call.scratchStride
        unsafe call.kernel.function(&args)
      }
    }
  }
}

extension ttq_qmatmul_args {
  /// Narrows the product to some of its rows.
  fileprivate mutating func take(rows: Range<Int>, rowBytes: Int) {
    unsafe packed += rows.lowerBound * rowBytes
    unsafe y += rows.lowerBound
    unsafe n = rows.count
  }

  /// Narrows the product to some of its tokens.
  fileprivate mutating func take(tokens range: Range<Int>) {
    let (values, sides) = unsafe (range.lowerBound * ttq_padded_k(k), range.lowerBound * ttq_groups(k, group))
    // Of codes and values, one is there.
    unsafe x_codes = x_codes.map { unsafe $0 + values }
    unsafe x_values = x_values.map { unsafe $0 + values }
    unsafe x_scale = x_scale.map { unsafe $0 + sides }
    unsafe x_sum += sides
    unsafe y += range.lowerBound * y_stride
    unsafe tokens = range.count
  }
}

/// The function of a variant: the contract of `ttq_qmatmul_kernel` in `ttq_kernels.h`.
@safe package struct QMatmulKernel: Sendable {
  @unsafe package let function: ttq_qmatmul_kernel

  @unsafe package init(_ function: ttq_qmatmul_kernel) {
    unsafe self.function = function
  }
}
