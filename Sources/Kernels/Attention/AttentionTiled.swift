internal import CKernels
internal import Glibc
internal import Records

/// The tiled rung of `attention`: tiles of 64 positions stay in cache for all queries and heads that read them, with a running softmax
/// (Milakov and Gimelshein, arXiv 1805.02867).
enum AttentionTiled {
  private static let tile = 64

  static let f32 = Variant<AttentionKernel>(
    VariantRow(
      name: "f32/tiled_p64", revision: 1, isa: .baseline,
      summary: "tiles of 64 positions for all queries, running softmax",
      file: "Sources/Kernels/Attention/AttentionTiled.swift", element: .f32),
    // For each (token, head): the largest score so far and the sum of weights; then the scores of a tile.
    scratchFloats: { 2 * $0.tokens * max(1, $0.n / max(1, $0.heads?.dimension ?? 1)) + tile },
    kernel: unsafe AttentionKernel { args in
      let args = unsafe args.pointee
      guard let scratch = unsafe args.scratch else { return }
      let states = unsafe args.tokens * args.heads
      let (largest, total, scores) = unsafe (scratch, scratch + states, scratch + 2 * states)
      for t in unsafe 0..<args.tokens {
        for head in unsafe args.head_begin..<args.head_end {
          unsafe largest[t * args.heads + head] = -.infinity
          unsafe total[t * args.heads + head] = 0
          for i in unsafe 0..<args.dim { unsafe args.output(t, head)[i] = 0 }
        }
      }
      let shared = unsafe args.heads / args.kv_heads
      var first = unsafe args.head_begin
      while unsafe first < args.head_end {
        let end = unsafe min(args.head_end, (first / shared + 1) * shared)
        for start in unsafe stride(from: 0, to: args.past + args.tokens, by: tile) {
          for t in unsafe max(0, start - args.past)..<args.tokens {
            let count = unsafe min(tile, args.past + t + 1 - start)
            for head in first..<end {
              unsafe add(
                args, t: t, head: head, start: start, count: count, scores: scores, state: t * args.heads + head,
                largest, total)
            }
          }
        }
        first = end
      }
      for t in unsafe 0..<args.tokens {
        for head in unsafe args.head_begin..<args.head_end {
          for i in unsafe 0..<args.dim { unsafe args.output(t, head)[i] /= total[t * args.heads + head] }
        }
      }
    })

  /// Adds the positions `start..<start + count` to the running softmax of one query and head.
  private static func add(
    _ args: ttq_attention_args, t: Int, head: Int, start: Int, count: Int, scores: UnsafeMutablePointer<Float>,
    state: Int,
    _ largest: UnsafeMutablePointer<Float>, _ total: UnsafeMutablePointer<Float>
  ) {
    let dim = unsafe args.dim
    let (q, y) = unsafe (args.query(t, head), args.output(t, head))
    let keys = unsafe args.head(of: args.keys, head) + start * dim
    let values = unsafe args.head(of: args.values, head) + start * dim
    var top = unsafe largest[state]
    for p in 0..<count {
      let score = unsafe AttentionSIMD.dot(q, keys + p * dim, dim) * args.scale
      unsafe scores[p] = score
      top = max(top, score)
    }
    let correction = unsafe expf(largest[state] - top)
    unsafe total[state] *= correction
    for i in 0..<dim { unsafe y[i] *= correction }
    for p in 0..<count {
      let weight = unsafe expf(scores[p] - top)
      unsafe total[state] += weight
      unsafe AttentionSIMD.accumulate(y, values + p * dim, weight, dim)
    }
    unsafe largest[state] = top
  }
}
