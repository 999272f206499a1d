internal import CKernels
internal import Glibc
internal import Records

/// The reference of `attention`: scores, softmax and sum, one after the other.
enum AttentionScalar {
  static let f32 = Variant<AttentionKernel>(
    VariantRow(
      name: "f32/scalar", revision: 1, isa: .baseline, summary: "reference: position after position",
      file: "Sources/Kernels/Attention/AttentionScalar.swift", element: .f32),
    scratchFloats: { $0.k },
    kernel: unsafe AttentionKernel { args in
      let args = unsafe args.pointee
      guard let scores = unsafe args.scratch else { return }
      for t in unsafe 0..<args.tokens {
        for head in unsafe args.head_begin..<args.head_end {
          let (q, y) = unsafe (args.query(t, head), args.output(t, head))
          let (keys, values) = unsafe (args.head(of: args.keys, head), args.head(of: args.values, head))
          let positions = unsafe args.past + t + 1
          var largest = -Float.infinity
          for p in 0..<positions {
            var score: Float = 0
            for i in unsafe 0..<args.dim { score += unsafe q[i] * keys[p * args.dim + i] }
            unsafe scores[p] = score * args.scale
            largest = max(largest, unsafe scores[p])
          }
          var total: Float = 0
          for i in unsafe 0..<args.dim { unsafe y[i] = 0 }
          for p in 0..<positions {
            let weight = unsafe expf(scores[p] - largest)
            total += weight
            for i in unsafe 0..<args.dim { unsafe y[i] += weight * values[p * args.dim + i] }
          }
          for i in unsafe 0..<args.dim { unsafe y[i] /= total }
        }
      }
    })
}

extension ttq_attention_args {
  /// The query of token `t` for head `head`.
  func query(_ t: Int, _ head: Int) -> UnsafePointer<Float> { unsafe q + (t * heads + head) * dim }

  /// Where the result of token `t` for head `head` goes.
  func output(_ t: Int, _ head: Int) -> UnsafeMutablePointer<Float> { unsafe y + (t * heads + head) * dim }

  /// The positions of the key/value head that serves query head `head`.
  func head(of cache: UnsafePointer<Float>, _ head: Int) -> UnsafePointer<Float> {
    unsafe cache + head / (heads / kv_heads) * capacity * dim
  }
}
