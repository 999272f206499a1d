internal import CKernels
internal import Glibc
internal import Records

/// `attention` of hot queries over a cold cache: each copy in the arena is all keys followed by all values.
final class AttentionTrial: Trial {
  let copies: Int
  private let operation: Attention
  private let pool: ThreadPool
  private let arena: ColdArena
  private let heads: HeadShape
  private let queryHeads: Int
  private let positions: Int
  private let tokens: Int
  private let cacheFloats: Int
  private let q: AlignedBuffer<Float>
  private var y: CanaryBuffer

  init(
    variant: Variant<AttentionKernel>, problem: Problem, configuration: Configuration, pool: ThreadPool,
    arena: ColdArena,
    seed: UInt64
  ) {
    let heads = problem.heads ?? HeadShape(keyValueHeads: 1, dimension: problem.n)
    let floats = heads.keyValueHeads * problem.k * heads.dimension
    unsafe arena.fill(size: 8 * floats, key: "cache/\(heads)/\(problem.k)/\(seed)") { start in
      unsafe TrialWeights.fill(start, count: 2 * floats, element: .f32, seed: seed)
    }
    operation = Attention(variant, configuration)
    copies = arena.copies(of: 8 * floats)
    var random = TrialRandom(seed: seed &+ 3)
    var queries = AlignedBuffer<Float>(repeating: 0, count: problem.tokens * problem.n)
    var span = queries.mutableSpan
    for i in 0..<span.count { span[i] = random.bell() * 8 }
    q = queries
    y = CanaryBuffer(count: problem.tokens * problem.n)
    queryHeads = problem.n / heads.dimension
    positions = problem.k
    tokens = problem.tokens
    cacheFloats = floats
    self.heads = heads
    self.pool = pool
    self.arena = arena
  }

  private var scale: Float { 1 / Float(heads.dimension).squareRoot() }

  private func keys(copy: Int) -> UnsafePointer<Float> {
    unsafe UnsafePointer(
      UnsafeMutableRawPointer(arena.copy(copy, of: 8 * cacheFloats)).assumingMemoryBound(to: Float.self))
  }

  private func arguments(copy: Int) -> ttq_attention_args {
    unsafe ttq_attention_args(
      q: q.pointer, keys: keys(copy: copy), values: keys(copy: copy) + cacheFloats, tokens: tokens,
      past: positions - tokens,
      heads: queryHeads, kv_heads: heads.keyValueHeads, dim: heads.dimension, capacity: positions, head_begin: 0,
      head_end: queryHeads, scale: scale, y: y.pointer, scratch: nil)
  }

  func run(copy: Int) {
    unsafe operation.run(arguments(copy: copy), pool: pool)
  }

  func check() -> TrialCheck {
    y.reset()
    run(copy: 0)
    let args = unsafe arguments(copy: 0)
    let width = queryHeads * heads.dimension
    // Whole heads of evenly spread tokens: a weight is worth computing once for all elements of its head.
    let indices = checkedIndices(rows: tokens * queryHeads, columns: 1, limit: 64)
    var expected: [Int: Double] = [:]
    for index in indices {
      let (t, head) = (index / queryHeads, index % queryHeads)
      for (i, value) in unsafe exact(args, t: t, head: head).enumerated() {
        expected[t * width + head * heads.dimension + i] = value
      }
    }
    return y.compare(at: expected.keys.sorted()) { expected[$0] ?? .nan }
  }

  /// One head's result in double precision.
  private func exact(_ args: ttq_attention_args, t: Int, head: Int) -> [Double] {
    let dim = heads.dimension
    let (q, keys, values) = unsafe (
      args.query(t, head), args.head(of: args.keys, head), args.head(of: args.values, head)
    )
    let seen = positions - tokens + t + 1
    let scores = (0..<seen).map { p in
      (0..<dim).reduce(0.0) { unsafe $0 + Double(q[$1]) * Double(keys[p * dim + $1]) } * Double(scale)
    }
    let largest = scores.max() ?? 0
    let weights = scores.map { exp($0 - largest) }
    let total = weights.reduce(0, +)
    return (0..<dim).map { i in
      (0..<seen).reduce(0.0) { unsafe $0 + weights[$1] * Double(values[$1 * dim + i]) } / total
    }
  }
}
