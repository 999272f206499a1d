internal import CKernels
internal import Records

/// The references of `qmatmul`: every width and group, on layout `rows`, and on layout `compact16` weight after weight.
enum QMatmulScalar {
  static let f32 = Variant<QMatmulKernel>(
    VariantRow(
      name: "f32/scalar", revision: 1, isa: .baseline, summary: "reference: code after code", file: file,
      bits: WeightFormat.supportedBits, activation: .f32, layout: .rows),
    kernel: unsafe QMatmulKernel { args in
      let args = unsafe args.pointee
      guard let values = unsafe args.x_values else { return }
      let (rowBytes, padded) = unsafe (ttq_row_bytes(args.k, args.bits, args.group), ttq_padded_k(args.k))
      let groups = unsafe ttq_groups(args.k, args.group)
      for t in unsafe 0..<args.tokens {
        for row in unsafe 0..<args.n {
          var y: Float = 0
          unsafe RowsLayout.forEachGroup(
            ofRow: args.packed + row * rowBytes, k: args.k, bits: args.bits, group: args.group
          ) { group, channels, scale, minimum, codes in
            var product: Float = 0
            for k in channels {
              product += unsafe Float(code(codes, k - channels.lowerBound, bits: args.bits)) * values[t * padded + k]
            }
            y += unsafe scale * product + minimum * args.x_sum[t * groups + group]
          }
          unsafe args.y[t * args.y_stride + row] = y
        }
      }
    })

  static let a8 = Variant<QMatmulKernel>(
    VariantRow(
      name: "a8/scalar", revision: 1, isa: .baseline, summary: "reference: code after code, int32 sums", file: file,
      bits: WeightFormat.supportedBits, activation: .a8, layout: .rows),
    kernel: unsafe QMatmulKernel { args in
      let args = unsafe args.pointee
      guard let x = unsafe args.x_codes, let scales = unsafe args.x_scale else { return }
      let (rowBytes, padded) = unsafe (ttq_row_bytes(args.k, args.bits, args.group), ttq_padded_k(args.k))
      let groups = unsafe ttq_groups(args.k, args.group)
      for t in unsafe 0..<args.tokens {
        for row in unsafe 0..<args.n {
          var y: Float = 0
          unsafe RowsLayout.forEachGroup(
            ofRow: args.packed + row * rowBytes, k: args.k, bits: args.bits, group: args.group
          ) { group, channels, scale, minimum, codes in
            var product: Int32 = 0
            for k in channels {
              product += unsafe Int32(code(codes, k - channels.lowerBound, bits: args.bits)) * Int32(x[t * padded + k])
            }
            let side = t * groups + group
            y += unsafe scale * scales[side] * Float(product) + minimum * args.x_sum[side]
          }
          unsafe args.y[t * args.y_stride + row] = y
        }
      }
    })

  static let compact = [ActivationFormat.f32, .a8].map { activation in
    Variant<QMatmulKernel>(
      VariantRow(
        name: "\(activation.rawValue)/\(PackedLayout.compact16.scalarName)", revision: 2, isa: .baseline,
        summary: "reference: code after code, side information in 8 bits", file: file,
        bits: WeightFormat.supportedBits, activation: activation, layout: .compact16),
      kernel: unsafe activation == .a8
        ? QMatmulKernel { unsafe multiplyCompact($0.pointee, .a8) }
        : QMatmulKernel { unsafe multiplyCompact($0.pointee, .f32) })
  }

  /// Multiplies a matrix of layout compact16, of which each row is decoded once for all tokens. Products of codes and int8 activations
  /// are exact in f32: their sums over a group stay below 2^24.
  private static func multiplyCompact(_ args: ttq_qmatmul_args, _ activation: ActivationFormat) {
    guard let format = unsafe WeightFormat(bits: args.bits, group: args.group, side: .byte) else { return }
    let geometry = unsafe PackedGeometry(k: args.k, format: format, layout: .compact16)
    let view = unsafe PackedView(base: UnsafeMutablePointer(mutating: args.packed), geometry: geometry)
    func x(_ index: Int) -> Float {
      unsafe activation == .a8 ? args.x_codes.map { unsafe Float($0[index]) } ?? 0 : args.x_values?[index] ?? 0
    }
    for row in unsafe 0..<args.n {
      let codes = (0..<geometry.k).map { unsafe Float(view.code(row: row, channel: $0)) }
      let scales = (0..<geometry.groups).map { unsafe view.scale(row: row, group: $0) }
      let minima = (0..<geometry.groups).map { unsafe view.minimum(row: row, group: $0) }
      for t in unsafe 0..<args.tokens {
        var y: Float = 0
        for group in 0..<geometry.groups {
          var product: Float = 0
          for k in group * format.group..<min((group + 1) * format.group, geometry.k) {
            product += codes[k] * x(t * geometry.paddedK + k)
          }
          let side = t * geometry.groups + group
          let scale = unsafe activation == .a8 ? args.x_scale?[side] ?? 0 : 1
          y += scales[group] * scale * product
          y += unsafe minima[group] * args.x_sum[side]
        }
        unsafe args.y[t * args.y_stride + row] = y
      }
    }
  }

  /// Code `index` of codes laid one after the other from the low bit up.
  @inline(__always)
  private static func code(_ codes: UnsafePointer<UInt8>, _ index: Int, bits: Int) -> Int {
    let bit = index * bits
    var word = Int(unsafe codes[bit / 8]) >> (bit % 8)
    if bit % 8 + bits > 8 { word |= Int(unsafe codes[bit / 8 + 1]) << (8 - bit % 8) }
    return word & ((1 << bits) - 1)
  }

  private static let file = "Sources/Kernels/QMatmul/QMatmulScalar.swift"
}
