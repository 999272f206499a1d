internal import CKernels
internal import Records

/// The portable SIMD rung of `quantizeActivations`: sixteen channels at a time, the tail of K through zero-padded registers.
enum QuantizeActivationsSIMD {
  static let a8 = Variant<QuantizeActivationsKernel>(
    VariantRow(
      name: "a8/simd", revision: 1, isa: .baseline, summary: "sixteen channels at a time", file: file, activation: .a8),
    kernel: unsafe QuantizeActivationsKernel { args in
      let args = unsafe args.pointee
      guard let codes = unsafe args.codes, let scales = unsafe args.scale else { return }
      let (padded, groups) = unsafe (ttq_padded_k(args.k), ttq_groups(args.k, args.group))
      for t in unsafe 0..<args.tokens {
        let row = unsafe codes + t * padded
        for group in 0..<groups {
          let channels = unsafe group * args.group..<min((group + 1) * args.group, padded)
          var largest = SIMD16<Float>(repeating: 0)
          for k in stride(from: channels.lowerBound, to: channels.upperBound, by: 16) {
            let u = unsafe scaled(args, token: t, channel: k)
            largest = largest.greater(u.greater(-u))
          }
          let scale = QuantizeActivationsScalar.scale(largest: largest.greatest)
          let inverse = scale > 0 ? 1 / scale : 0
          var total = SIMD16<Int32>(repeating: 0)
          for k in stride(from: channels.lowerBound, to: channels.upperBound, by: 16) {
            let u = unsafe scaled(args, token: t, channel: k)
            let magnitude = (u.greater(-u) * inverse + 0.5).lesser(SIMD16(repeating: 127)).truncated
            let code = magnitude.replacing(with: 0 &- magnitude, where: u .< 0)
            unsafe SIMD16<Int8>(truncatingIfNeeded: code).store(to: row + k)
            total &+= code
          }
          unsafe scales[t * groups + group] = scale
          unsafe args.sum[t * groups + group] = scale * Float(total.wrappedSum())
        }
      }
    })

  static let f32 = Variant<QuantizeActivationsKernel>(
    VariantRow(
      name: "f32/simd", revision: 1, isa: .baseline, summary: "sixteen channels at a time", file: file, activation: .f32
    ),
    kernel: unsafe QuantizeActivationsKernel { args in
      let args = unsafe args.pointee
      guard let values = unsafe args.values else { return }
      let (padded, groups) = unsafe (ttq_padded_k(args.k), ttq_groups(args.k, args.group))
      for t in unsafe 0..<args.tokens {
        for group in 0..<groups {
          var total = SIMD16<Float>(repeating: 0)
          for k in unsafe stride(from: group * args.group, to: min((group + 1) * args.group, padded), by: 16) {
            let u = unsafe scaled(args, token: t, channel: k)
            unsafe u.store(to: values + t * padded + k)
            total += u
          }
          unsafe args.sum[t * groups + group] = total.sum()
        }
      }
    })

  /// x / D for sixteen channels; channels past K read as 0.
  @inline(__always)
  private static func scaled(_ args: ttq_quantize_activations_args, token: Int, channel: Int) -> SIMD16<Float> {
    let x = unsafe args.x + token * args.x_stride + channel
    if unsafe channel + 16 <= args.k {
      return unsafe SIMD16(loading: x) * SIMD16(loading: args.inverse_scale + channel)
    }
    var u = SIMD16<Float>(repeating: 0)
    for lane in unsafe 0..<max(0, args.k - channel) { u[lane] = unsafe x[lane] * args.inverse_scale[channel + lane] }
    return u
  }

  private static let file = "Sources/Kernels/QuantizeActivations/QuantizeActivationsSIMD.swift"
}
