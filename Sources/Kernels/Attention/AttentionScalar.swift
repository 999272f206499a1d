internal import CKernels
internal import Glibc
internal import Records

/// The reference of `attention`: scores, softmax and sum, one after the other.
enum AttentionScalar {
  static let all: [Variant<AttentionKernel>] = [
    variant(.f32, kernel: unsafe AttentionKernel { unsafe attend($0, Float.self) }),
    variant(.f16, kernel: unsafe AttentionKernel { unsafe attend($0, Float16.self) }),
    variant(.int8, kernel: unsafe AttentionKernel { unsafe attend($0, Int8.self) }),
  ]

  private static func variant(_ cache: CacheType, kernel: AttentionKernel) -> Variant<AttentionKernel> {
    Variant(
      VariantRow(
        name: "\(cache.rawValue)/scalar", revision: 2, isa: .baseline, summary: "reference: position after position",
        file: "Sources/Kernels/Attention/AttentionScalar.swift", cache: cache),
      scratchFloats: { $0.k }, kernel: kernel)
  }

  private static func attend<Element: CacheElement>(_ args: UnsafePointer<ttq_attention_args>, _: Element.Type) {
    let args = unsafe args.pointee
    guard let scores = unsafe args.scratch else { return }
    for t in unsafe 0..<args.tokens {
      for head in unsafe args.head_begin..<args.head_end {
        let (q, y) = unsafe (args.query(t, head), args.output(t, head))
        let cached = unsafe CachedHead<Element>(args, head: head)
        let positions = unsafe args.past + t + 1
        var largest = -Float.infinity
        for p in 0..<positions {
          let key = unsafe cached.key(p)
          var score: Float = 0
          for i in unsafe 0..<args.dim { score += unsafe q[i] * key[i].widened }
          unsafe scores[p] = score * cached.keyScale(p) * args.scale
          largest = max(largest, unsafe scores[p])
        }
        var total: Float = 0
        for i in unsafe 0..<args.dim { unsafe y[i] = 0 }
        for p in 0..<positions {
          let weight = unsafe expf(scores[p] - largest)
          total += weight
          let (value, share) = unsafe (cached.value(p), weight * cached.valueScale(p))
          for i in unsafe 0..<args.dim { unsafe y[i] += share * value[i].widened }
        }
        for i in unsafe 0..<args.dim { unsafe y[i] /= total }
      }
    }
  }
}
