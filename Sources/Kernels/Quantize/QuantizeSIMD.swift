internal import CKernels
internal import Records

/// The portable SIMD rung of `quantize`: sixteen channels of a row at a time.
enum QuantizeSIMD {
  static let all: [Variant<QuantizeKernel>] = [
    variant(.bf16, kernel: unsafe QuantizeKernel { unsafe pack($0, BFloat16.self) }),
    variant(.f16, kernel: unsafe QuantizeKernel { unsafe pack($0, Float16.self) }),
    variant(.f32, kernel: unsafe QuantizeKernel { unsafe pack($0, Float.self) }),
  ]

  private static func variant(_ element: ElementType, kernel: QuantizeKernel) -> Variant<QuantizeKernel> {
    Variant(
      VariantRow(
        name: "\(element.rawValue)/simd", revision: 4, isa: .baseline, summary: "sixteen channels of a row at a time",
        file: "Sources/Kernels/Quantize/QuantizeSIMD.swift", bits: WeightFormat.supportedBits, element: element,
        layout: .rows),
      kernel: kernel)
  }

  private static func pack<Element: WeightElement>(
    _ args: UnsafePointer<ttq_quantize_args>, _: Element.Type
  ) -> UInt32 {
    let args = unsafe args.pointee
    let (k, group, bits) = unsafe (args.k, args.group, args.bits)
    let rowBytes = ttq_row_bytes(k, bits, group)
    let largestCode = (1 << bits) - 1
    var nonfinite: UInt32 = 0
    for row in unsafe 0..<args.n {
      let weights = unsafe args.rows[row].assumingMemoryBound(to: Element.self)
      var target = unsafe args.packed + row * rowBytes
      for start in stride(from: 0, to: k, by: group) {
        let end = min(start + group, k)
        var low = SIMD16<Float>(repeating: .infinity)
        var high = SIMD16<Float>(repeating: -.infinity)
        for channel in stride(from: start, to: end, by: 16) {
          let value = unsafe scaled(weights, args, row: row, channel: channel, end: end)
          low = low.lesser(value)
          high = high.greater(value)
        }
        let range = GroupRange(low: low.least, high: high.greatest, largestCode: largestCode)
        if !range.isFinite { nonfinite = 1 }
        unsafe UnsafeMutableRawPointer(target).storeBytes(of: Float16(range.scale), as: Float16.self)
        unsafe UnsafeMutableRawPointer(target + 2).storeBytes(of: Float16(range.minimum), as: Float16.self)
        unsafe target += 4
        for channel in stride(from: start, to: min(start + group, ttq_padded_k(k)), by: 16) {
          var codes = SIMD16<UInt8>(repeating: 0)
          if channel < end {
            codes = unsafe range.codes(scaled(weights, args, row: row, channel: channel, end: end))
            for lane in max(0, end - channel)..<max(16, end - channel) where lane < 16 { codes[lane] = 0 }
          }
          unsafe store(codes, bits: bits, to: target)
          unsafe target += 2 * bits
        }
      }
    }
    return nonfinite
  }

  /// Sixteen weights, less the product of the low-rank factors, scaled; lanes past `end` repeat the last one, which leaves a range as
  /// it is.
  @inline(__always)
  private static func scaled<Element: WeightElement>(
    _ weights: UnsafePointer<Element>, _ args: ttq_quantize_args, row: Int, channel: Int, end: Int
  ) -> SIMD16<Float> {
    guard channel + 16 <= end else {
      var value = SIMD16<Float>(repeating: 0)
      for lane in 0..<16 {
        let k = min(channel + lane, end - 1)
        var rest = unsafe weights[k].widened
        for turn in unsafe 0..<args.low_rank.rank {
          guard let a = unsafe args.low_rank.a else { break }
          let i = unsafe ttq_low_rank_order(turn, args.low_rank.rank)
          rest -= unsafe factor(args, row, i) * BFloat16(bits: a[i * args.k + k]).widened
        }
        value[lane] = unsafe rest * args.d[k]
      }
      return value
    }
    var value = unsafe Element.load16(weights + channel)
    for turn in unsafe 0..<args.low_rank.rank {
      guard let a = unsafe args.low_rank.a else { break }
      let i = unsafe ttq_low_rank_order(turn, args.low_rank.rank)
      let bits = unsafe UnsafeRawPointer(a + i * args.k + channel).assumingMemoryBound(to: BFloat16.self)
      value -= unsafe factor(args, row, i) * BFloat16.load16(bits)
    }
    return unsafe value * SIMD16(loading: args.d + channel)
  }

  /// Element `i` of row `row` of B, or 0 where there is none.
  @inline(__always)
  private static func factor(_ args: ttq_quantize_args, _ row: Int, _ i: Int) -> Float {
    guard let b = unsafe args.low_rank.b else { return 0 }
    return unsafe BFloat16(bits: b[row * args.low_rank.rank + i]).widened
  }

  /// Writes sixteen codes of `bits` bits, channel after channel from the low bit up.
  @inline(__always)
  private static func store(_ codes: SIMD16<UInt8>, bits: Int, to target: UnsafeMutablePointer<UInt8>) {
    if bits == 8 { return unsafe codes.store(to: target) }
    if bits == 4 {
      let bytes = codes.evenHalf | codes.oddHalf &<< 4
      for lane in 0..<8 { unsafe target[lane] = bytes[lane] }
      return
    }
    var (held, count, byte) = (0, 0, 0)
    for lane in 0..<16 {
      held |= Int(codes[lane]) << count
      count += bits
      while count >= 8 {
        unsafe target[byte] = UInt8(truncatingIfNeeded: held)
        held >>= 8
        count -= 8
        byte += 1
      }
    }
  }
}

extension GroupRange {
  /// The codes of sixteen values.
  @inline(__always)
  func codes(_ values: SIMD16<Float>) -> SIMD16<UInt8> {
    let position = values * inverse + offset
    let bounded = position.greater(SIMD16(repeating: origin)).lesser(SIMD16(repeating: origin + Float(largestCode)))
    return SIMD16<UInt8>(truncatingIfNeeded: (bounded - origin).truncated)
  }
}
