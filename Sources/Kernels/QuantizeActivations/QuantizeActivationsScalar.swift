internal import CKernels
internal import Records

/// The reference of `quantizeActivations`.
enum QuantizeActivationsScalar {
  static let a8 = Variant<QuantizeActivationsKernel>(
    VariantRow(
      name: "a8/scalar", revision: 1, isa: .baseline, summary: "reference: group after group", file: file,
      activation: .a8),
    kernel: unsafe QuantizeActivationsKernel { args in
      let args = unsafe args.pointee
      guard let codes = unsafe args.codes, let scales = unsafe args.scale else { return }
      let (padded, groups) = unsafe (ttq_padded_k(args.k), ttq_groups(args.k, args.group))
      for t in unsafe 0..<args.tokens {
        let x = unsafe args.x + t * args.x_stride
        let row = unsafe codes + t * padded
        for group in 0..<groups {
          let channels = unsafe group * args.group..<min((group + 1) * args.group, args.k)
          var largest: Float = 0
          for k in channels { largest = max(largest, unsafe (x[k] * args.inverse_scale[k]).magnitude) }
          let scale = scale(largest: largest)
          let inverse = scale > 0 ? 1 / scale : 0
          var total: Int32 = 0
          for k in channels {
            let code = unsafe code(x[k] * args.inverse_scale[k], inverse: inverse)
            unsafe row[k] = code
            total += Int32(code)
          }
          unsafe scales[t * groups + group] = scale
          unsafe args.sum[t * groups + group] = scale * Float(total)
        }
        for k in unsafe args.k..<padded { unsafe row[k] = 0 }
      }
    })

  static let f32 = Variant<QuantizeActivationsKernel>(
    VariantRow(
      name: "f32/scalar", revision: 1, isa: .baseline, summary: "reference: group after group", file: file,
      activation: .f32),
    kernel: unsafe QuantizeActivationsKernel { args in
      let args = unsafe args.pointee
      guard let values = unsafe args.values else { return }
      let (padded, groups) = unsafe (ttq_padded_k(args.k), ttq_groups(args.k, args.group))
      for t in unsafe 0..<args.tokens {
        let x = unsafe args.x + t * args.x_stride
        let row = unsafe values + t * padded
        for group in 0..<groups {
          var total: Float = 0
          for k in unsafe group * args.group..<min((group + 1) * args.group, args.k) {
            let value = unsafe x[k] * args.inverse_scale[k]
            unsafe row[k] = value
            total += value
          }
          unsafe args.sum[t * groups + group] = total
        }
        for k in unsafe args.k..<padded { unsafe row[k] = 0 }
      }
    })

  /// max|u| / 127, or 0 where that is below the least normal number, whose reciprocal would overflow.
  static func scale(largest: Float) -> Float {
    let scale = largest / 127
    return scale >= .leastNormalMagnitude ? scale : 0
  }

  /// u / scale rounded half away from zero.
  static func code(_ u: Float, inverse: Float) -> Int8 {
    let rounded = (u * inverse + (u.sign == .minus ? -0.5 : 0.5)).rounded(.towardZero)
    return Int8(max(-127, min(127, rounded)))
  }

  private static let file = "Sources/Kernels/QuantizeActivations/QuantizeActivationsScalar.swift"
}
