internal import CKernels
internal import Glibc
internal import Records

/// The portable SIMD rung of `attention`: sixteen elements of a head at a time.
enum AttentionSIMD {
  static let f32 = Variant<AttentionKernel>(
    VariantRow(
      name: "f32/simd", revision: 1, isa: .baseline, summary: "sixteen elements of a head at a time",
      file: "Sources/Kernels/Attention/AttentionSIMD.swift", element: .f32),
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
            let score = unsafe dot(q, keys + p * args.dim, args.dim) * args.scale
            unsafe scores[p] = score
            largest = max(largest, score)
          }
          for i in unsafe 0..<args.dim { unsafe y[i] = 0 }
          var total: Float = 0
          for p in 0..<positions {
            let weight = unsafe expf(scores[p] - largest)
            total += weight
            unsafe accumulate(y, values + p * args.dim, weight, args.dim)
          }
          for i in unsafe 0..<args.dim { unsafe y[i] /= total }
        }
      }
    })

  @inline(__always)
  static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
    var sum = SIMD16<Float>()
    var i = 0
    while i + 16 <= count {
      sum += unsafe SIMD16(loading: a + i) * SIMD16(loading: b + i)
      i += 16
    }
    var total = sum.sum()
    while i < count {
      total += unsafe a[i] * b[i]
      i += 1
    }
    return total
  }

  /// y += weight * v
  @inline(__always)
  static func accumulate(_ y: UnsafeMutablePointer<Float>, _ v: UnsafePointer<Float>, _ weight: Float, _ count: Int) {
    var i = 0
    while i + 16 <= count {
      unsafe (SIMD16(loading: y + i) + SIMD16(loading: v + i) * weight).store(to: y + i)
      i += 16
    }
    while i < count {
      unsafe y[i] += weight * v[i]
      i += 1
    }
  }
}
