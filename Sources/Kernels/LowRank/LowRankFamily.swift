package import CKernels
package import Records

/// y += B (A x): the part of a weight matrix that is not quantized (method.md, step 5).
package struct LowRankFamily: KernelFamily {
  package let name = FamilyName.lowrank
  package let contract = 1
  package let formula = "y[t][n] += sum over i of b[n][i] * (sum over k of a[i][k] * x[t][k])"
  package let tolerance = 1e-5
  package let variants: [Variant<LowRankKernel>]

  package init(variants: [Variant<LowRankKernel>] = Self.standard) {
    self.variants = variants
  }

  /// The ladder: product after product, sixteen channels (then ranks) at a time, both factors widened for a dense library, then panels in
  /// the registers of each instruction set.
  package static let standard: [Variant<LowRankKernel>] =
    [LowRankSwift.scalar, LowRankSwift.simd, LowRankSwift.openBLAS] + compiled

  private static let compiled: [Variant<LowRankKernel>] = unsafe CTable.read(ttq_lowrank_rows).map { table in
    let row = unsafe VariantRow(table.name, table.revision, table.isa, table.file, table.summary)
    return Variant(
      row, scratchFloats: { Int(TTQ_LOWRANK_PANEL) + $0.rank * Int(TTQ_LOWRANK_TOKENS) },
      kernel: unsafe LowRankKernel(table.kernel))
  }

  package func cost(of problem: Problem) -> Cost {
    let elements = Double(problem.rank * (problem.n + problem.k))
    let tokens = Double(problem.tokens)
    return Cost(
      bytes: 2 * elements + 4 * tokens * Double(2 * problem.n + problem.k), operations: 2 * elements * tokens)
  }

  package func trial(
    of variant: Variant<LowRankKernel>, on problem: Problem, configuration: Configuration, pool: ThreadPool,
    arena: ColdArena, seed: UInt64
  ) -> any Trial {
    LowRankTrial(
      variant: variant, problem: problem, configuration: configuration, pool: pool, arena: arena, seed: seed)
  }
}

/// A variant of `lowrank` with the threads that share it: each takes some of the tokens.
package struct LowRank: Sendable {
  let kernel: LowRankKernel
  let threads: Int
  private let scratchFloats: @Sendable (Problem) -> Int

  package init(_ variant: Variant<LowRankKernel>, _ configuration: Configuration) {
    kernel = variant.kernel
    scratchFloats = variant.scratchFloats
    threads = configuration.threads
  }

  @unsafe private struct Call {
    let args: ttq_lowrank_args
    let kernel: LowRankKernel
    let scratch: UnsafeMutablePointer<Float>
    let scratchStride: Int
  }

  /// Adds the product of `factors` and `x`, T rows of K, to `y`, T rows of N.
  package func callAsFunction(
    _ factors: LowRankFactors, _ x: Span<Float>, into y: inout MutableSpan<Float>, pool: ThreadPool
  ) {
    let (n, k) = (factors.n, factors.k)
    let tokens = x.count / k
    precondition(x.count == tokens * k && y.count == tokens * n)
    guard tokens > 0 else { return }
    pool.reserveScratch(
      floats: scratchFloats(Problem(family: .lowrank, n: n, k: k, tokens: tokens, rank: factors.rank)))
    unsafe x.withUnsafeBufferPointer { x in
      unsafe y.withUnsafeMutableBufferPointer { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        unsafe factors.withFactors { factors in
          unsafe run(
            ttq_lowrank_args(
              factors: factors, n: n, k: k, tokens: tokens, x: x, x_stride: k, y: y, y_stride: n, scratch: nil),
            pool: pool)
        }
      }
    }
  }

  @unsafe func run(_ args: ttq_lowrank_args, pool: ThreadPool) {
    let call = unsafe Call(
      args: args, kernel: kernel, scratch: pool.scratch(part: 0), scratchStride: pool.scratchStride)
    unsafe withUnsafePointer(to: call) { call in
      unsafe pool.run(parts: min(threads, pool.threads), context: call) { context, part, parts in
        let call = unsafe context.assumingMemoryBound(to: Call.self).pointee
        var args = unsafe call.args
        let tokens = unsafe share(of: args.tokens, part: part, parts: parts, unit: 1)
        guard !tokens.isEmpty else { return }
        unsafe args.x += tokens.lowerBound * args.x_stride
        unsafe args.y += tokens.lowerBound * args.y_stride
        unsafe args.tokens = tokens.count
        unsafe args.scratch = call.scratch + part * call.scratchStride
        unsafe call.kernel.function(&args)
      }
    }
  }
}

/// The function of a variant: the contract of `ttq_lowrank_kernel` in `ttq_kernels.h`.
@safe package struct LowRankKernel: Sendable {
  @unsafe package let function: ttq_lowrank_kernel

  @unsafe package init(_ function: ttq_lowrank_kernel) {
    unsafe self.function = function
  }
}
