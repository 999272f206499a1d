package import CKernels
package import Records

/// y = W x in full precision: weights as the model file has them, for exact prefill and the `full` method.
///
/// A problem takes f32 activations unless it asks for `bf16`: x is then rounded to the nearest bf16, eight bits, before an
/// otherwise f32 product. The tolerance holds against the product of the rounded x. Against that of x itself the relative error
/// is 1.4e-3 to 1.5e-3 on bell-shaped or uniform x; each element is off by at most 2^-8 of itself.
package struct MatmulFamily: KernelFamily {
  package let name = FamilyName.matmul
  package let contract = 1
  package let formula = "y[t][n] = sum over k of w[n][k] * x[t][k]"
  package let tolerance = 1e-5
  package let variants: [Variant<MatmulKernel>]

  package init(variants: [Variant<MatmulKernel>] = Self.standard) {
    self.variants = variants
  }

  /// The ladder, for each element type: product after product, sixteen channels at a time, a panel widened for a dense library, then tiles in
  /// the registers of each instruction set; `matmul_rows.h` says what each of these gained.
  package static let standard: [Variant<MatmulKernel>] =
    MatmulSwift.scalar + MatmulSwift.simd + MatmulOpenBLAS.all + compiled

  private static let compiled: [Variant<MatmulKernel>] = unsafe CTable.read(ttq_matmul_rows).map { table in
    var row = unsafe VariantRow(table.name, table.revision, table.isa, table.file, table.summary)
    unsafe row.element = ElementType(table: table.element)
    unsafe row.activation = ActivationFormat(table: table.activation)
    row.leastTokens = unsafe table.least_tokens
    let scratch = unsafe table.scratch_floats
    return Variant(row, scratchFloats: { _ in scratch }, kernel: unsafe MatmulKernel(table.kernel))
  }

  package func cost(of problem: Problem) -> Cost {
    let weights = Double(problem.n * problem.k)
    let tokens = Double(problem.tokens)
    return Cost(
      bytes: weights * Double(problem.element?.bytes ?? 2) + 4 * tokens * Double(problem.n + problem.k),
      operations: 2 * weights * tokens)
  }

  package func trial(
    of variant: Variant<MatmulKernel>, on problem: Problem, configuration: Configuration, pool: ThreadPool,
    arena: ColdArena, seed: UInt64
  ) -> any Trial {
    MatmulTrial(variant: variant, problem: problem, configuration: configuration, pool: pool, arena: arena, seed: seed)
  }
}

/// A variant of `matmul` with the threads that share it and what they divide.
package struct Matmul: Sendable {
  package let element: ElementType
  package let activation: ActivationFormat
  let kernel: MatmulKernel
  let threads: Int
  let split: Configuration.Split

  package init(_ variant: Variant<MatmulKernel>, _ configuration: Configuration) {
    kernel = variant.kernel
    element = variant.row.element ?? .f32
    activation = variant.row.activation ?? .f32
    threads = configuration.threads
    split = configuration.split
  }

  @unsafe private struct Call {
    let args: ttq_matmul_args
    let kernel: MatmulKernel
    let split: Configuration.Split
    let rowBytes: Int
    let scratch: UnsafeMutablePointer<Float>
    let scratchStride: Int
  }

  /// Multiplies `x`, T rows of K, by the row-major N x K tensor at `weights` into columns `firstColumn..<firstColumn + n` of `y`, whose rows
  /// are `stride` apart.
  @unsafe package func callAsFunction(
    _ weights: UnsafeRawPointer, n: Int, k: Int, _ x: Span<Float>, into y: inout MutableSpan<Float>,
    firstColumn: Int = 0,
    stride: Int, pool: ThreadPool
  ) {
    let tokens = x.count / k
    precondition(x.count == tokens * k && firstColumn + n <= stride && y.count >= tokens * stride)
    guard tokens > 0 else { return }
    unsafe x.withUnsafeBufferPointer { x in
      unsafe y.withUnsafeMutableBufferPointer { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        unsafe run(
          ttq_matmul_args(
            w: weights, n: n, k: k, tokens: tokens, x: x, x_stride: k, y: y + firstColumn, y_stride: stride,
            scratch: nil),
          pool: pool)
      }
    }
  }

  @unsafe func run(_ args: ttq_matmul_args, pool: ThreadPool) {
    let call = unsafe Call(
      args: args, kernel: kernel, split: split, rowBytes: args.k * element.bytes, scratch: pool.scratch(part: 0),
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

extension ttq_matmul_args {
  /// Narrows the product to some of its rows.
  fileprivate mutating func take(rows: Range<Int>, rowBytes: Int) {
    unsafe w += rows.lowerBound * rowBytes
    unsafe y += rows.lowerBound
    unsafe n = rows.count
  }

  /// Narrows the product to some of its tokens.
  fileprivate mutating func take(tokens range: Range<Int>) {
    unsafe x += range.lowerBound * x_stride
    unsafe y += range.lowerBound * y_stride
    unsafe tokens = range.count
  }
}

/// The function of a variant: the contract of `ttq_matmul_kernel` in `ttq_kernels.h`.
@safe package struct MatmulKernel: Sendable {
  @unsafe package let function: ttq_matmul_kernel

  @unsafe package init(_ function: ttq_matmul_kernel) {
    unsafe self.function = function
  }
}
