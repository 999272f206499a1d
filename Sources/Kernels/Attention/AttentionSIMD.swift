internal import CKernels
internal import Glibc
internal import Records

/// The portable SIMD rung of `attention`: sixteen elements of a head at a time.
enum AttentionSIMD {
  static let all: [Variant<AttentionKernel>] = [
    variant(.f32, kernel: unsafe AttentionKernel { unsafe attend($0, Float.self) }),
    variant(.f16, kernel: unsafe AttentionKernel { unsafe attend($0, Float16.self) }),
    variant(.int8, kernel: unsafe AttentionKernel { unsafe attend($0, Int8.self) }),
  ]

  private static func variant(_ cache: CacheType, kernel: AttentionKernel) -> Variant<AttentionKernel> {
    Variant(
      VariantRow(
        name: "\(cache.rawValue)/simd", revision: 2, isa: .baseline, summary: "sixteen elements of a head at a time",
        file: "Sources/Kernels/Attention/AttentionSIMD.swift", cache: cache),
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
          let score = unsafe dot(q, cached.key(p), args.dim) * cached.keyScale(p) * args.scale
          unsafe scores[p] = score
          largest = max(largest, score)
        }
        for i in unsafe 0..<args.dim { unsafe y[i] = 0 }
        var total: Float = 0
        for p in 0..<positions {
          let weight = unsafe expf(scores[p] - largest)
          total += weight
          unsafe accumulate(y, cached.value(p), weight * cached.valueScale(p), args.dim)
        }
        for i in unsafe 0..<args.dim { unsafe y[i] /= total }
      }
    }
  }

  @inline(__always)
  static func dot<Element: CacheElement>(
    _ q: UnsafePointer<Float>, _ key: UnsafePointer<Element>, _ count: Int
  ) -> Float {
    var sum = SIMD16<Float>()
    var i = 0
    while i + 16 <= count {
      sum += unsafe SIMD16(loading: q + i) * Element.sixteen(at: key + i)
      i += 16
    }
    var total = sum.sum()
    while i < count {
      total += unsafe q[i] * key[i].widened
      i += 1
    }
    return total
  }

  /// y += weight * v
  @inline(__always)
  static func accumulate<Element: CacheElement>(
    _ y: UnsafeMutablePointer<Float>, _ value: UnsafePointer<Element>, _ weight: Float, _ count: Int
  ) {
    var i = 0
    while i + 16 <= count {
      unsafe (SIMD16(loading: y + i) + Element.sixteen(at: value + i) * weight).store(to: y + i)
      i += 16
    }
    while i < count {
      unsafe y[i] += weight * value[i].widened
      i += 1
    }
  }
}
