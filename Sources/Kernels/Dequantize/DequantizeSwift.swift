internal import CKernels
internal import Records

/// The portable rungs of `dequantize`.
enum DequantizeSwift {
  static let scalar = [
    scalar(.rows, kernel: unsafe DequantizeKernel { unsafe unpack($0, .rows) }),
    scalar(.panel16, kernel: unsafe DequantizeKernel { unsafe unpack($0, .panel16) }),
    scalar(.planes16, kernel: unsafe DequantizeKernel { unsafe unpack($0, .planes16) }),
    scalar(.compact16, kernel: unsafe DequantizeKernel { unsafe unpack($0, .compact16) }),
  ]

  private static func scalar(_ layout: PackedLayout, kernel: DequantizeKernel) -> Variant<DequantizeKernel> {
    Variant(
      VariantRow(
        name: layout.scalarName, revision: 3, isa: .baseline, summary: "reference: code after code", file: file,
        bits: WeightFormat.supportedBits, layout: layout),
      kernel: kernel)
  }

  private static func unpack(_ args: UnsafePointer<ttq_dequantize_args>, _ layout: PackedLayout) {
    let args = unsafe args.pointee
    guard let format = unsafe WeightFormat(bits: args.bits, group: args.group, side: layout.side) else { return }
    let view = unsafe PackedView(
      base: UnsafeMutablePointer(mutating: args.packed),
      geometry: PackedGeometry(k: args.k, format: format, layout: layout))
    for row in unsafe 0..<args.n {
      for k in unsafe 0..<args.k {
        let group = k / format.group
        let product = unsafe Float(view.code(row: row, channel: k)) * view.scale(row: row, group: group)
        unsafe args.w[row * args.w_stride + k] = product + view.minimum(row: row, group: group)
      }
    }
  }

  static let simd = Variant<DequantizeKernel>(
    VariantRow(
      name: "simd", revision: 3, isa: .baseline, summary: "sixteen codes of a row at a time", file: file,
      bits: WeightFormat.supportedBits, layout: .rows),
    kernel: unsafe DequantizeKernel { args in
      let args = unsafe args.pointee
      let rowBytes = unsafe ttq_row_bytes(args.k, args.bits, args.group)
      for row in unsafe 0..<args.n {
        let target = unsafe args.w + row * args.w_stride
        unsafe RowsLayout.forEachGroup(
          ofRow: args.packed + row * rowBytes, k: args.k, bits: args.bits, group: args.group
        ) { _, channels, scale, minimum, codes in
          for k in stride(from: channels.lowerBound, to: channels.upperBound, by: 16) {
            let code = unsafe RowsLayout.codes(codes + (k - channels.lowerBound) / 8 * args.bits, bits: args.bits)
            let weights = SIMD16<Float>(codes: code) * scale + minimum
            if unsafe k + 16 <= args.k {
              unsafe weights.store(to: target + k)
            } else {
              for lane in unsafe 0..<max(0, args.k - k) { unsafe target[k + lane] = weights[lane] }
            }
          }
        }
      }
    })

  private static let file = "Sources/Kernels/Dequantize/DequantizeSwift.swift"
}
