internal import CKernels
internal import COpenBLAS
internal import Records

/// The dense-library rung of `matmul`: a panel of rows is widened to f32, then multiplied by `cblas_sgemm`, or `cblas_sgemv` for one token.
enum MatmulOpenBLAS {
  private static let rows = 64

  static let all: [Variant<MatmulKernel>] = [
    variant(.bf16, kernel: unsafe MatmulKernel { unsafe multiply($0, BFloat16.self) }),
    variant(.f16, kernel: unsafe MatmulKernel { unsafe multiply($0, Float16.self) }),
    variant(.f32, kernel: unsafe MatmulKernel { unsafe multiply($0, Float.self) }),
  ]

  private static func variant(_ element: ElementType, kernel: MatmulKernel) -> Variant<MatmulKernel> {
    Variant(
      VariantRow(
        name: "\(element.rawValue)/openblas_r64", revision: 2, isa: .baseline,
        summary: element == .f32
          ? "cblas_sgemm/sgemv on the weights as they are" : "a panel of 64 rows widened for cblas_sgemm/sgemv",
        file: "Sources/Kernels/Matmul/MatmulOpenBLAS.swift", element: element, activation: .f32,
        needsOpenBLAS: true),
      scratchFloats: { element == .f32 ? 0 : rows * $0.k }, kernel: kernel)
  }

  private static func multiply<Element: WeightElement>(_ args: UnsafePointer<ttq_matmul_args>, _: Element.Type) {
    let args = unsafe args.pointee
    if Element.self == Float.self {
      unsafe product(args, weights: args.w.assumingMemoryBound(to: Float.self), first: 0, rows: args.n)
      return
    }
    guard let scratch = unsafe args.scratch else { return }
    for first in unsafe stride(from: 0, to: args.n, by: rows) {
      let count = unsafe min(rows, args.n - first)
      let source = unsafe args.w.assumingMemoryBound(to: Element.self) + first * args.k
      let elements = unsafe count * args.k
      for index in stride(from: 0, to: elements - elements % 16, by: 16) {
        unsafe Element.load16(source + index).store(to: scratch + index)
      }
      for index in elements - elements % 16..<elements { unsafe scratch[index] = source[index].widened }
      unsafe product(args, weights: scratch, first: first, rows: count)
    }
  }

  private static func product(_ args: ttq_matmul_args, weights: UnsafePointer<Float>, first: Int, rows: Int) {
    guard case .success(let blas) = OpenBLAS.loaded else { return }
    let (m, n, k) = unsafe (Int32(args.tokens), Int32(rows), Int32(args.k))
    if m == 1 {
      unsafe blas.sgemv(CblasRowMajor, CblasNoTrans, n, k, 1, weights, k, args.x, 1, 0, args.y + first, 1)
    } else {
      unsafe blas.sgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1, args.x, Int32(args.x_stride), weights, k, 0,
        args.y + first,
        Int32(args.y_stride))
    }
  }
}
