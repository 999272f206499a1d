package import CKernels
package import Records

/// Column sums of powers of the activations, from which TTQ takes its channel norms (method.md, step 1).
package struct StatisticFamily: KernelFamily {
  package let name = FamilyName.statistic
  package let contract = 2
  package let formula = "sum[k] += sum over t of |x[t][k]|^p, p = 1, 2 or 4"
  package let tolerance = 1e-5
  package let variants: [Variant<StatisticKernel>]

  package init(variants: [Variant<StatisticKernel>] = Self.standard) {
    self.variants = variants
  }

  /// The ladder: one column sum at a time, sixteen columns at a time (x 1.9 for p = 4 at T = 512, K = 1024), a tile of columns kept in
  /// registers over all tokens (no faster there: its strided reads cost what the sums saved), then blocks of tokens and
  /// columns in the registers of each instruction set (x 2.3).
  package static let standard: [Variant<StatisticKernel>] =
    [StatisticSwift.scalar, StatisticSwift.simd, StatisticSwift.tiled] + compiled

  private static let compiled: [Variant<StatisticKernel>] = unsafe CTable.read(ttq_statistic_rows).map { row in
    unsafe Variant(
      VariantRow(unsafe row.name, row.revision, row.isa, row.file, row.summary),
      kernel: unsafe StatisticKernel(row.kernel))
  }

  package func cost(of problem: Problem) -> Cost {
    let elements = Double(problem.tokens * problem.k)
    return Cost(bytes: 4 * elements + 8 * Double(problem.k), operations: (problem.norm == .four ? 3 : 2) * elements)
  }

  package func trial(
    of variant: Variant<StatisticKernel>, on problem: Problem, configuration: Configuration, pool: ThreadPool,
    arena: ColdArena, seed: UInt64
  ) -> any Trial {
    StatisticTrial(variant: variant, problem: problem, configuration: configuration, pool: pool, seed: seed)
  }
}

/// A variant of `statistic` with the threads that share it.
package struct Statistic: Sendable {
  let kernel: StatisticKernel
  let threads: Int
  let norm: NormOrder

  package init(_ variant: Variant<StatisticKernel>, _ configuration: Configuration, norm: NormOrder = .two) {
    kernel = variant.kernel
    self.norm = norm
    threads = configuration.threads
  }

  @unsafe private struct Call {
    let args: ttq_statistic_args
    let kernel: StatisticKernel
  }

  /// Adds |x|^p for the elements of `x`, T rows of K = `sum.count`, to `sum`.
  package func callAsFunction(_ x: Span<Float>, into sum: inout MutableSpan<Float>, pool: ThreadPool) {
    let k = sum.count
    precondition(k > 0 && x.count % k == 0)
    let tokens = x.count / k
    guard tokens > 0 else { return }
    unsafe x.withUnsafeBufferPointer { x in
      unsafe sum.withUnsafeMutableBufferPointer { sum in
        guard let x = x.baseAddress, let total = sum.baseAddress else { return }
        unsafe run(
          ttq_statistic_args(x: x, x_stride: k, tokens: tokens, k: k, p: UInt32(norm.rawValue), sum: total), pool: pool)
      }
    }
  }

  @unsafe func run(_ args: ttq_statistic_args, pool: ThreadPool) {
    unsafe withUnsafePointer(to: Call(args: args, kernel: kernel)) { call in
      unsafe pool.run(parts: min(threads, pool.threads), context: call) { context, part, parts in
        let call = unsafe context.assumingMemoryBound(to: Call.self).pointee
        var args = unsafe call.args
        let columns = unsafe share(of: args.k, part: part, parts: parts, unit: 16)
        guard !columns.isEmpty else { return }
        unsafe args.x += columns.lowerBound
        unsafe args.sum += columns.lowerBound
        unsafe args.k = columns.count
        unsafe call.kernel.function(&args)
      }
    }
  }
}

/// The function of a variant: the contract of `ttq_statistic_kernel` in `ttq_kernels.h`.
@safe package struct StatisticKernel: Sendable {
  @unsafe package let function: ttq_statistic_kernel

  @unsafe package init(_ function: ttq_statistic_kernel) {
    unsafe self.function = function
  }
}
