internal import CKernels
internal import Glibc
internal import Records

/// `attention` of hot queries over a cold cache: each copy in the arena is all keys followed by all values. A fifth of the cache is still
/// free, as it is in use: one head's positions do not run into the next one's.
final class AttentionTrial: Trial {
  let copies: Int
  private let operation: Attention
  private let pool: ThreadPool
  private let arena: ColdArena
  private let heads: HeadShape
  private let queryHeads: Int
  private let positions: Int
  private let tokens: Int
  private let cache: TrialCache
  private let q: AlignedBuffer<Float>
  private var y: CanaryBuffer

  init(
    variant: Variant<AttentionKernel>, problem: Problem, configuration: Configuration, pool: ThreadPool,
    arena: ColdArena,
    seed: UInt64
  ) {
    let heads = problem.heads ?? HeadShape(keyValueHeads: 1, dimension: problem.n)
    cache = TrialCache(type: problem.cache ?? .f32, heads: heads, positions: problem.k)
    cache.fill(arena, seed: seed)
    operation = Attention(variant, configuration)
    copies = arena.copies(of: cache.bytes)
    var random = TrialRandom(seed: seed &+ 3)
    var queries = AlignedBuffer<Float>(repeating: 0, count: problem.tokens * problem.n)
    var span = queries.mutableSpan
    for i in 0..<span.count { span[i] = random.bell() * 8 }
    q = queries
    y = CanaryBuffer(count: problem.tokens * problem.n)
    queryHeads = problem.n / heads.dimension
    positions = problem.k
    tokens = problem.tokens
    self.heads = heads
    self.pool = pool
    self.arena = arena
  }

  private var scale: Float { 1 / Float(heads.dimension).squareRoot() }

  private func arguments(copy: Int) -> ttq_attention_args {
    let start = unsafe UnsafeRawPointer(arena.copy(copy, of: cache.bytes))
    let scales = unsafe cache.type.isScaled ? (start + cache.scaleOffset).assumingMemoryBound(to: Float.self) : nil
    return unsafe ttq_attention_args(
      q: q.pointer, keys: start, values: start + cache.valueOffset, key_scales: scales,
      value_scales: scales.map { unsafe $0 + cache.rows }, tokens: tokens, past: positions - tokens, heads: queryHeads,
      kv_heads: heads.keyValueHeads, dim: heads.dimension, capacity: cache.capacity, head_begin: 0,
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
      let row =
        unsafe cache.type == .f32
        ? exact(args, Float.self, t: t, head: head)
        : cache.type == .f16 ? exact(args, Float16.self, t: t, head: head) : exact(args, Int8.self, t: t, head: head)
      for (i, value) in row.enumerated() { expected[t * width + head * heads.dimension + i] = value }
    }
    let compared = expected.sorted { $0.key < $1.key }
    return y.compare(at: compared.map(\.key), with: compared.map(\.value))
  }

  /// One head's result in double precision, from the cache as it is stored.
  private func exact<Element: CacheElement>(
    _ args: ttq_attention_args, _: Element.Type, t: Int, head: Int
  ) -> [Double] {
    let dim = heads.dimension
    let q = unsafe args.query(t, head)
    let cached = unsafe CachedHead<Element>(args, head: head)
    let seen = positions - tokens + t + 1
    let scores = (0..<seen).map { p in
      let sum = (0..<dim).reduce(0.0) { unsafe $0 + Double(q[$1]) * Double(cached.key(p)[$1].widened) }
      return unsafe sum * Double(cached.keyScale(p)) * Double(scale)
    }
    let largest = scores.max() ?? 0
    let weights = scores.map { exp($0 - largest) }
    let total = weights.reduce(0, +)
    return (0..<dim).map { i in
      (0..<seen).reduce(0.0) {
        unsafe $0 + weights[$1] * Double(cached.valueScale($1)) * Double(cached.value($1)[i].widened)
      } / total
    }
  }
}

/// One copy of a trial's cache: keys, values, and the scales of both where the type has them, each part from a multiple of 64 bytes.
private struct TrialCache {
  let type: CacheType
  let heads: HeadShape
  let positions: Int

  var capacity: Int { positions + positions / 4 }
  var rows: Int { heads.keyValueHeads * capacity }
  private var part: Int { (rows * heads.dimension * type.elementBytes + 63) / 64 * 64 }
  var valueOffset: Int { part }
  var scaleOffset: Int { 2 * part }
  var bytes: Int { 2 * part + (type.isScaled ? 8 * rows : 0) }

  /// Random keys and values in every copy of `arena`.
  func fill(_ arena: ColdArena, seed: UInt64) {
    unsafe arena.fill(size: bytes, key: "cache/\(type)/\(heads)/\(positions)/\(seed)") { start in
      var random = TrialRandom(seed: seed)
      // A block of prime length, repeated: drawing each value would take longer than the trial.
      let block = random.bells(65_521 + heads.dimension, scale: 0.05)
      for row in 0..<2 * rows {
        let place = row < rows ? row : row - rows
        unsafe block.withUnsafeBufferPointer { block in
          guard let values = block.baseAddress else { return }
          let target = unsafe start + (row < rows ? 0 : valueOffset) + place * heads.dimension * type.elementBytes
          let scales = unsafe UnsafeMutableRawPointer(start + scaleOffset).assumingMemoryBound(to: Float.self)
          unsafe type.encode(
            values + row * heads.dimension % 65_521, count: heads.dimension, to: target,
            scale: type.isScaled ? scales + row : nil)
        }
      }
    }
  }
}
