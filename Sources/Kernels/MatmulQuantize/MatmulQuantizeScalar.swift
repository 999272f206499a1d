internal import CKernels
internal import Records

/// The reference of `matmulQuantize`: the references of `matmul` and of `quantize`, one after the other.
enum MatmulQuantizeScalar {
  static let all: [Variant<MatmulQuantizeKernel>] = [
    variant(.bf16, .f32, kernel: unsafe MatmulQuantizeKernel { unsafe compute($0, .bf16, .f32) }),
    variant(.f16, .f32, kernel: unsafe MatmulQuantizeKernel { unsafe compute($0, .f16, .f32) }),
    variant(.f32, .f32, kernel: unsafe MatmulQuantizeKernel { unsafe compute($0, .f32, .f32) }),
    variant(.bf16, .bf16, kernel: unsafe MatmulQuantizeKernel { unsafe compute($0, .bf16, .bf16) }),
  ]

  private static func variant(
    _ element: ElementType, _ activation: ActivationFormat, kernel: MatmulQuantizeKernel
  ) -> Variant<MatmulQuantizeKernel> {
    let formats = activation == .f32 ? element.rawValue : "\(activation.rawValue)/\(element.rawValue)"
    return Variant(
      VariantRow(
        name: "\(formats)/scalar", revision: 2, isa: .baseline, summary: "reference: matmul's, then quantize's",
        file: "Sources/Kernels/MatmulQuantize/MatmulQuantizeScalar.swift", bits: WeightFormat.supportedBits,
        element: element, activation: activation, layout: .panel16),
      kernel: kernel)
  }

  private static func compute(
    _ args: UnsafePointer<ttq_matmul_quantize_args>, _ element: ElementType, _ activation: ActivationFormat
  ) -> UInt32 {
    let args = unsafe args.pointee
    guard
      let multiply = MatmulSwift.scalar.first(where: { $0.row.element == element && $0.row.activation == activation }),
      let quantize = QuantizeScalar.all.first(where: { $0.row.element == element && $0.row.layout == .panel16 })
    else { return 1 }
    var product = unsafe args.product
    unsafe multiply.kernel.function(&product)
    let panelBytes = unsafe ttq_panel_bytes(product.k, args.bits, args.group)
    var nonfinite: UInt32 = 0
    for first in unsafe stride(from: 0, to: product.n, by: PackedGeometry.panel) {
      let rows = unsafe (0..<PackedGeometry.panel).map {
        unsafe product.w + min(first + $0, product.n - 1) * product.k * element.bytes
      }
      unsafe rows.withUnsafeBufferPointer { rows in
        guard let rows = rows.baseAddress else { return }
        var panel = unsafe ttq_quantize_args(
          rows: rows, n: PackedGeometry.panel, k: product.k, group: args.group, bits: args.bits, d: args.d,
          packed: args.packed + first / PackedGeometry.panel * panelBytes,
          low_rank: ttq_low_rank(), search: ttq_range_search(), scratch: nil)
        unsafe nonfinite |= quantize.kernel.function(&panel)
      }
    }
    return nonfinite
  }
}
