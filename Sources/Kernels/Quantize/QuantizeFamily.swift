package import CKernels
package import Records

/// Scales weights by D, takes the range of each group, rounds and packs, in one pass (method.md, step 4).
package struct QuantizeFamily: KernelFamily {
  package let name = FamilyName.quantize
  package let contract = 2
  package let formula =
    "v = (w - B A) * D; per group: minimum = f16(min v), scale = f16((max v - min v)/(2^q - 1)), code = round((v - minimum)/scale)"
  /// Codes, scales and minima equal the reference's bit for bit.
  package let tolerance = 0.0
  package let variants: [Variant<QuantizeKernel>]

  package init(variants: [Variant<QuantizeKernel>] = Self.standard) {
    self.variants = variants
  }

  /// The ladder: weight after weight into any layout, sixteen channels of a row at a time, then sixteen rows at a time with vertical
  /// ranges in the registers of each instruction set.
  package static let standard: [Variant<QuantizeKernel>] =
    QuantizeScalar.all + QuantizeSIMD.all + compiled

  private static let compiled: [Variant<QuantizeKernel>] = unsafe CTable.read(ttq_quantize_rows).map { table in
    var row = unsafe VariantRow(table.name, table.revision, table.isa, table.file, table.summary)
    unsafe row.bits = [Int(table.bits)]
    unsafe row.element = ElementType(table: table.element)
    unsafe row.layout = PackedLayout(table: table.layout)
    row.searches = unsafe table.searches != 0
    row.needsFactors = unsafe table.factors != 0
    return Variant(row, scratchFloats: Quantize.scratchFloats, kernel: unsafe QuantizeKernel(table.kernel))
  }

  package func cost(of problem: Problem) -> Cost {
    let weights = Double(problem.n * problem.k)
    let bits = problem.format?.effectiveBits(k: problem.k) ?? 0
    let rank = Double(problem.rank)
    return Cost(
      bytes: weights * (Double(problem.element?.bytes ?? 2) + bits / 8) + 4 * Double(problem.k)
        + 2 * rank * Double(problem.n + problem.k),
      operations: (7 + 2 * rank + 9 * Double(problem.search)) * weights)
  }

  package func trial(
    of variant: Variant<QuantizeKernel>, on problem: Problem, configuration: Configuration, pool: ThreadPool,
    arena: ColdArena, seed: UInt64
  ) -> any Trial {
    QuantizeTrial(
      variant: variant, problem: problem, configuration: configuration, pool: pool, arena: arena, seed: seed)
  }
}

/// A variant of `quantize` with the threads that share it.
package struct Quantize: Sendable {
  package let layout: PackedLayout
  package let element: ElementType
  let kernel: QuantizeKernel
  let threads: Int
  /// Ranges that are tried for each group.
  private let candidates: Int

  package init(_ variant: Variant<QuantizeKernel>, _ configuration: Configuration, search candidates: Int = 0) {
    kernel = variant.kernel
    self.candidates = candidates
    layout = variant.row.layout ?? .rows
    element = variant.row.element ?? .bf16
    threads = configuration.threads
  }

  @unsafe private struct Call {
    let args: ttq_quantize_args
    let kernel: QuantizeKernel
    let rowBytes: Int
    let nonfinite: UnsafeMutablePointer<UInt32>
    let scratch: UnsafeMutablePointer<Float>
    let scratchStride: Int
  }

  /// Floats of scratch memory that a kernel may use: for the low-rank factors of a problem, and behind them for a panel's groups, the ends of each
  /// and its values.
  static let scratchFloats: @Sendable (Problem) -> Int = { problem in
    let factors = problem.rank * (ttq_padded_k(problem.k) + 2 * PackedGeometry.panel)
    let panel = PackedGeometry.panel * (2 * (problem.format?.groups(problem.k) ?? 0) + ttq_padded_k(problem.k))
    return factors + panel
  }

  /// Quantizes the rows of `source`, less the product of `lowRank` where there is one, times `d` (K) into `packed`. Returns false where
  /// a scale or a minimum is beyond f16.
  package func callAsFunction(
    _ source: borrowing WeightRows, lowRank: LowRankFactors? = nil, d: Span<Float>, into packed: inout PackedMatrix,
    pool: ThreadPool
  ) -> Bool {
    precondition(candidates == 0)
    return unsafe quantize(source, lowRank, d, ttq_range_search(), &packed, pool)
  }

  /// The same with the variant's range search, which weighs errors by `search`.
  package func callAsFunction(
    _ source: borrowing WeightRows, lowRank: LowRankFactors? = nil, d: Span<Float>, search: borrowing RangeWeights,
    into packed: inout PackedMatrix, pool: ThreadPool
  ) -> Bool {
    precondition(candidates > 0 && search.weight.count == packed.k && search.error.count >= ttq_padded_n(packed.n))
    let request = unsafe ttq_range_search(
      candidates: candidates, weight: search.weight.pointer, error: search.error.pointer)
    return unsafe quantize(source, lowRank, d, request, &packed, pool)
  }

  @unsafe private func quantize(
    _ source: borrowing WeightRows, _ lowRank: LowRankFactors?, _ d: Span<Float>, _ search: ttq_range_search,
    _ packed: inout PackedMatrix, _ pool: ThreadPool
  ) -> Bool {
    let geometry = packed.geometry
    precondition(
      source.n == packed.n && d.count == geometry.k && geometry.layout == layout && source.element == element)
    precondition(lowRank.map { $0.n == packed.n && $0.k == geometry.k } ?? true)
    let problem = Problem(
      family: .quantize, n: packed.n, k: geometry.k, format: geometry.format, rank: lowRank?.rank ?? 0)
    pool.reserveScratch(floats: Self.scratchFloats(problem))
    return unsafe d.withUnsafeBufferPointer { d in
      guard let d = d.baseAddress else { return true }
      var args = unsafe ttq_quantize_args(
        rows: source.pointer, n: geometry.paddedRows(packed.n), k: geometry.k, group: geometry.format.group,
        bits: geometry.format.bits, d: d, packed: packed.pointer, low_rank: ttq_low_rank(), search: search, scratch: nil
      )
      guard let lowRank else { return unsafe run(args, rowBytes: geometry.rowBytes, pool: pool) }
      return unsafe lowRank.withFactors { factors in
        unsafe args.low_rank = factors
        return unsafe run(args, rowBytes: geometry.rowBytes, pool: pool)
      }
    }
  }

  @unsafe func run(_ args: ttq_quantize_args, rowBytes: Int, pool: ThreadPool) -> Bool {
    var nonfinite = SIMD64<UInt32>(repeating: 0)
    return unsafe withUnsafeMutableBytes(of: &nonfinite) { flags in
      let flags = unsafe flags.assumingMemoryBound(to: UInt32.self)
      guard let first = flags.baseAddress else { return false }
      let call = unsafe Call(
        args: args, kernel: kernel, rowBytes: rowBytes, nonfinite: first, scratch: pool.scratch(part: 0),
        scratchStride: pool.scratchStride)
      unsafe withUnsafePointer(to: call) { call in
        unsafe pool.run(parts: min(threads, pool.threads, flags.count), context: call) { context, part, parts in
          let call = unsafe context.assumingMemoryBound(to: Call.self).pointee
          var args = unsafe call.args
          let rows = unsafe share(of: args.n, part: part, parts: parts, unit: PackedGeometry.panel)
          guard !rows.isEmpty else { return }
          unsafe args.rows += rows.lowerBound
          unsafe args.packed += rows.lowerBound * call.rowBytes
          unsafe args.n = rows.count
          if let b = unsafe args.low_rank.b { unsafe args.low_rank.b = b + rows.lowerBound * args.low_rank.rank }
          if let error = unsafe args.search.error { unsafe args.search.error = error + rows.lowerBound }
          unsafe args.scratch = call.scratch + part * call.scratchStride
          unsafe call.nonfinite[part] = call.kernel.function(&args)
        }
      }
      return unsafe flags.allSatisfy { $0 == 0 }
    }
  }
}

/// What a range search weighs errors by, and the errors that it left.
package struct RangeWeights: ~Copyable, Sendable {
  /// For each input channel, the weight of the squared error of a scaled weight.
  package var weight: AlignedBuffer<Float>
  /// For each row, padded to panels, its weighted error.
  package let error: AlignedBuffer<Float>

  /// Weights of 1 for `k` channels, and memory for `n` rows.
  package init(n: Int, k: Int) {
    weight = AlignedBuffer(repeating: 1, count: k)
    error = AlignedBuffer(repeating: 0, count: ttq_padded_n(n))
  }
}

/// The rows of the tensors that make up one concatenated matrix, as the `quantize` kernels take them: a pointer for each row, the
/// last one repeated to fill a panel.
///
/// Borrows the tensors: whoever makes it keeps them in memory for as long as it lives.
@safe package struct WeightRows: ~Copyable, Sendable {
  package let n: Int
  package let k: Int
  package let element: ElementType
  private var rows: AlignedBuffer<UInt>

  /// `parts` are row-major tensors of K columns, stacked; each is the start of its memory and its count of rows.
  @unsafe package init(parts: [(start: UnsafeRawPointer, rows: Int)], k: Int, element: ElementType) {
    n = unsafe parts.reduce(0) { unsafe $0 + $1.rows }
    self.k = k
    self.element = element
    let padded = ttq_padded_n(n)
    rows = AlignedBuffer(repeating: 0, count: padded)
    var next = 0
    for part in unsafe parts.indices {
      for row in unsafe 0..<parts[part].rows {
        rows[next] = unsafe UInt(bitPattern: parts[part].start + row * k * element.bytes)
        next += 1
      }
    }
    while next < padded {
      rows[next] = rows[max(0, n - 1)]
      next += 1
    }
  }

  @unsafe var pointer: UnsafePointer<UnsafeRawPointer> {
    unsafe UnsafeRawPointer(rows.pointer).assumingMemoryBound(to: UnsafeRawPointer.self)
  }
}

/// The function of a variant: the contract of `ttq_quantize_kernel` in `ttq_kernels.h`.
@safe package struct QuantizeKernel: Sendable {
  @unsafe package let function: ttq_quantize_kernel

  @unsafe package init(_ function: ttq_quantize_kernel) {
    unsafe self.function = function
  }
}
