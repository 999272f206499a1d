package import CKernels
package import Records

/// Causal attention of T queries over a cache of f32, f16 or int8 keys and values, grouped-query heads.
///
/// In a problem, N is query heads x head dimension and K the cached positions after the queries' own were added.
package struct AttentionFamily: KernelFamily {
  package let name = FamilyName.attention
  package let contract = 2
  package let formula = "y[t][h] = sum over p <= past + t of softmax(scale * q[t][h] . k[p]) * v[p]"
  package let tolerance = 1e-5
  package let variants: [Variant<AttentionKernel>]

  package init(variants: [Variant<AttentionKernel>] = Self.standard) {
    self.variants = variants
  }

  /// The ladder, for every type of cache: position after position, sixteen elements of a head at a time (x 1.8 in f32 at T = 1, 4096
  /// positions of 8 x 128, one thread), tiles of positions with a running softmax, f32 scores and sums through a dense library
  /// (x 1.3 over the portable ones), then the registers of each instruction set (x 2.5 over the library).
  package static let standard: [Variant<AttentionKernel>] =
    AttentionScalar.all + AttentionSIMD.all + AttentionTiled.all + [AttentionOpenBLAS.f32] + compiled

  private static let compiled: [Variant<AttentionKernel>] = unsafe CTable.read(ttq_attention_rows).map { table in
    var row = unsafe VariantRow(table.name, table.revision, table.isa, table.file, table.summary)
    row.cache = unsafe CacheType(table: table.element)
    row.leastTokens = unsafe table.least_tokens
    row.headDimensions = 1...Int(TTQ_ATTENTION_DIM)
    let scratch = unsafe table.scratch_floats
    return Variant(row, scratchFloats: { _ in scratch }, kernel: unsafe AttentionKernel(table.kernel))
  }

  package func cost(of problem: Problem) -> Cost {
    let heads = problem.heads ?? HeadShape(keyValueHeads: 1, dimension: problem.n)
    let (tokens, positions) = (Double(problem.tokens), Double(problem.k))
    let cache = 2 * positions * Double(heads.keyValueHeads * (problem.cache ?? .f32).bytes(dimension: heads.dimension))
    // The queries are the last T positions: query t sees all but T - 1 - t of them.
    let seen = tokens * positions - tokens * (tokens - 1) / 2
    return Cost(bytes: cache + 8 * tokens * Double(problem.n), operations: 4 * seen * Double(problem.n))
  }

  package func trial(
    of variant: Variant<AttentionKernel>, on problem: Problem, configuration: Configuration, pool: ThreadPool,
    arena: ColdArena, seed: UInt64
  ) -> any Trial {
    AttentionTrial(
      variant: variant, problem: problem, configuration: configuration, pool: pool, arena: arena, seed: seed)
  }
}

/// A variant of `attention` with the threads that share it.
package struct Attention: Sendable {
  let kernel: AttentionKernel
  let threads: Int

  package init(_ variant: Variant<AttentionKernel>, _ configuration: Configuration) {
    kernel = variant.kernel
    threads = configuration.threads
  }

  @unsafe private struct Call {
    let args: ttq_attention_args
    let kernel: AttentionKernel
    let scratch: UnsafeMutablePointer<Float>
    let scratchStride: Int
  }

  /// Attends with `q` (T rows of heads x dimension) over `positions` of `cache`, all that it holds unless told otherwise, into `y` of the
  /// same shape. The cache is of the variant's type, and the last T of the positions are the queries' own.
  package func callAsFunction(
    _ q: Span<Float>, heads: Int, over cache: borrowing KeyValueCache, positions: Range<Int>? = nil, scale: Float,
    into y: inout MutableSpan<Float>, pool: ThreadPool
  ) {
    let width = heads * cache.dimension
    let tokens = q.count / width
    let positions = positions ?? cache.first..<cache.count
    precondition(q.count == tokens * width && y.count == q.count && heads % cache.heads == 0)
    precondition(cache.first <= positions.lowerBound)
    precondition(positions.upperBound <= cache.count && tokens <= positions.count)
    guard tokens > 0 else { return }
    // Heads lie a capacity apart, so that a later first position moves all of them.
    let (first, row) = (positions.lowerBound - cache.first, cache.dimension * cache.type.elementBytes)
    unsafe q.withUnsafeBufferPointer { q in
      unsafe y.withUnsafeMutableBufferPointer { y in
        guard let q = q.baseAddress, let y = y.baseAddress else { return }
        let args = unsafe ttq_attention_args(
          q: q, keys: cache.keys.pointer + first * row, values: cache.values.pointer + first * row,
          key_scales: cache.type.isScaled ? cache.keyScales.pointer + first : nil,
          value_scales: cache.type.isScaled ? cache.valueScales.pointer + first : nil, tokens: tokens,
          past: positions.count - tokens, heads: heads, kv_heads: cache.heads, dim: cache.dimension,
          capacity: cache.capacity, head_begin: 0, head_end: heads, scale: scale, y: y, scratch: nil)
        unsafe run(args, pool: pool)
      }
    }
  }

  @unsafe func run(_ args: ttq_attention_args, pool: ThreadPool) {
    let call = unsafe Call(
      args: args, kernel: kernel, scratch: pool.scratch(part: 0), scratchStride: pool.scratchStride)
    unsafe withUnsafePointer(to: call) { call in
      unsafe pool.run(parts: min(threads, pool.threads), context: call) { context, part, parts in
        let call = unsafe context.assumingMemoryBound(to: Call.self).pointee
        var args = unsafe call.args
        // Query heads that share keys and values stay on one thread where there are enough of those.
        let shared = unsafe args.heads / args.kv_heads
        let heads = unsafe share(of: args.heads, part: part, parts: parts, unit: args.kv_heads >= parts ? shared : 1)
        guard !heads.isEmpty else { return }
        unsafe args.head_begin = heads.lowerBound
        unsafe args.head_end = heads.upperBound
        unsafe args.scratch = call.scratch + part * call.scratchStride
        unsafe call.kernel.function(&args)
      }
    }
  }
}

/// The function of a variant: the contract of `ttq_attention_kernel` in `ttq_kernels.h`.
@safe package struct AttentionKernel: Sendable {
  @unsafe package let function: ttq_attention_kernel

  @unsafe package init(_ function: ttq_attention_kernel) {
    unsafe self.function = function
  }
}
