internal import CKernels
internal import Glibc
internal import Records

/// The tiled rung of `attention`: tiles of 64 positions stay in cache for all queries and heads that read them, with a running softmax
/// (Milakov and Gimelshein, arXiv 1805.02867).
enum AttentionTiled {
  private static let tile = 64

  static let all: [Variant<AttentionKernel>] = [
    variant(.f32, kernel: unsafe AttentionKernel { unsafe attend($0, Float.self) }),
    variant(.f16, kernel: unsafe AttentionKernel { unsafe attend($0, Float16.self) }),
    variant(.int8, kernel: unsafe AttentionKernel { unsafe attend($0, Int8.self) }),
  ]

  private static func variant(_ cache: CacheType, kernel: AttentionKernel) -> Variant<AttentionKernel> {
    Variant(
      VariantRow(
        name: "\(cache.rawValue)/tiled_p64", revision: 2, isa: .baseline,
        summary: "tiles of 64 positions for all queries, running softmax",
        file: "Sources/Kernels/Attention/AttentionTiled.swift", cache: cache),
      // For each (token, head): the largest score so far and the sum of weights; then the scores of a tile.
      scratchFloats: { 2 * $0.tokens * max(1, $0.n / max(1, $0.heads?.dimension ?? 1)) + tile }, kernel: kernel)
  }

  private static func attend<Element: CacheElement>(_ args: UnsafePointer<ttq_attention_args>, _: Element.Type) {
    let args = unsafe args.pointee
    guard let scratch = unsafe args.scratch else { return }
    let states = unsafe args.tokens * args.heads
    let state = unsafe RunningSoftmax(
      largest: scratch, total: scratch + states, scores: scratch + 2 * states)
    for t in unsafe 0..<args.tokens {
      for head in unsafe args.head_begin..<args.head_end {
        unsafe state.largest[t * args.heads + head] = -.infinity
        unsafe state.total[t * args.heads + head] = 0
        for i in unsafe 0..<args.dim { unsafe args.output(t, head)[i] = 0 }
      }
    }
    let shared = unsafe args.heads / args.kv_heads
    var first = unsafe args.head_begin
    while unsafe first < args.head_end {
      let end = unsafe min(args.head_end, (first / shared + 1) * shared)
      let cached = unsafe CachedHead<Element>(args, head: first)
      for start in unsafe stride(from: 0, to: args.past + args.tokens, by: tile) {
        for t in unsafe max(0, start - args.past)..<args.tokens {
          let count = unsafe min(tile, args.past + t + 1 - start)
          for head in first..<end {
            unsafe add(args, cached, t: t, head: head, positions: start..<start + count, state)
          }
        }
      }
      first = end
    }
    for t in unsafe 0..<args.tokens {
      for head in unsafe args.head_begin..<args.head_end {
        for i in unsafe 0..<args.dim { unsafe args.output(t, head)[i] /= state.total[t * args.heads + head] }
      }
    }
  }

  /// For each (token, head) the largest score so far and the sum of weights, and room for the scores of a tile.
  @unsafe private struct RunningSoftmax {
    let largest: UnsafeMutablePointer<Float>
    let total: UnsafeMutablePointer<Float>
    let scores: UnsafeMutablePointer<Float>
  }

  /// Adds `positions` to the running softmax of one query and head.
  @inline(__always)
  private static func add<Element: CacheElement>(
    _ args: ttq_attention_args, _ cached: CachedHead<Element>, t: Int, head: Int, positions: Range<Int>,
    _ state: RunningSoftmax
  ) {
    let dim = unsafe args.dim
    let (q, y) = unsafe (args.query(t, head), args.output(t, head))
    let place = unsafe t * args.heads + head
    var top = unsafe state.largest[place]
    for p in positions {
      let score = unsafe AttentionSIMD.dot(q, cached.key(p), dim) * cached.keyScale(p) * args.scale
      unsafe state.scores[p - positions.lowerBound] = score
      top = max(top, score)
    }
    let correction = unsafe expf(state.largest[place] - top)
    unsafe state.total[place] *= correction
    for i in 0..<dim { unsafe y[i] *= correction }
    for p in positions {
      let weight = unsafe expf(state.scores[p - positions.lowerBound] - top)
      unsafe state.total[place] += weight
      unsafe AttentionSIMD.accumulate(y, cached.value(p), weight * cached.valueScale(p), dim)
    }
    unsafe state.largest[place] = top
  }
}
