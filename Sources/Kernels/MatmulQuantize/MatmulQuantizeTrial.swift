internal import CKernels
internal import Records

/// `matmulQuantize` of cold weights into cold memory by hot activations: each copy in the arena is the weights followed by their packed form.
final class MatmulQuantizeTrial: Trial {
  let copies: Int
  private let operation: MatmulQuantize
  private let pool: ThreadPool
  private let arena: ColdArena
  private let geometry: PackedGeometry
  private let n: Int
  private let tokens: Int
  private let d: [Float]
  private let copyBytes: Int
  private let packedOffset: Int
  private let x: AlignedBuffer<Float>
  private var y: CanaryBuffer

  init(
    variant: Variant<MatmulQuantizeKernel>, problem: Problem, configuration: Configuration, pool: ThreadPool,
    arena: ColdArena, seed: UInt64
  ) {
    let operation = MatmulQuantize(variant, configuration)
    let geometry = PackedGeometry(k: problem.k, format: problem.format ?? .q4g32, layout: operation.layout)
    let (n, k, element) = (problem.n, problem.k, operation.element)
    let packedOffset = (n * k * element.bytes + 63) / 64 * 64
    let copyBytes = packedOffset + geometry.bytes(n: n)
    unsafe arena.fill(size: copyBytes, key: "weights/\(n)x\(k)/\(element)/\(copyBytes)/\(seed)") { start in
      unsafe TrialWeights.fill(start, count: n * k, element: element, seed: seed)
    }
    var random = TrialRandom(seed: seed &+ 2)
    d = (0..<k).map { _ in 4096 * (0.5 + random.bell().magnitude) }
    copies = arena.copies(of: copyBytes)
    x = TrialActivations.make(tokens: problem.tokens, k: k, seed: seed &+ 3)
    y = CanaryBuffer(count: problem.tokens * n)
    tokens = problem.tokens
    self.operation = operation
    self.pool = pool
    self.arena = arena
    self.geometry = geometry
    self.n = n
    self.copyBytes = copyBytes
    self.packedOffset = packedOffset
  }

  func run(copy: Int) {
    _ = compute(copy: copy)
  }

  private func compute(copy: Int) -> Bool {
    unsafe d.withUnsafeBufferPointer { d in
      guard let d = d.baseAddress else { return false }
      return unsafe operation.run(
        arguments(copy: copy, y: y.pointer, packed: arena.copy(copy, of: copyBytes) + packedOffset, d: d),
        packedRowBytes: geometry.rowBytes, pool: pool)
    }
  }

  private func arguments(
    copy: Int, y: UnsafeMutablePointer<Float>, packed: UnsafeMutablePointer<UInt8>, d: UnsafePointer<Float>
  ) -> ttq_matmul_quantize_args {
    let product = unsafe ttq_matmul_args(
      w: arena.copy(copy, of: copyBytes), n: n, k: geometry.k, tokens: tokens, x: x.pointer, x_stride: geometry.k, y: y,
      y_stride: n, scratch: nil)
    return unsafe ttq_matmul_quantize_args(
      product: product, group: geometry.format.group, bits: geometry.format.bits, d: d, packed: packed)
  }

  /// Every byte of the packed matrix must equal the scalar reference's; y is compared as in `matmul`.
  func check() -> TrialCheck {
    y.reset()
    let packed = unsafe arena.copy(0, of: copyBytes) + packedOffset
    let bytes = geometry.bytes(n: n)
    unsafe packed.update(repeating: 0xAA, count: bytes)
    guard compute(copy: 0) else { return TrialCheck(error: 1, fault: "reports a scale or minimum beyond f16") }
    guard let different = unsafe differences(from: packed, count: bytes) else {
      return TrialCheck(error: 1, fault: "no reference")
    }
    guard different == 0 else { return TrialCheck(error: 1, fault: "\(different) of \(bytes) packed bytes differ") }
    let indices = checkedIndices(rows: tokens, columns: n)
    let expected = arena.product("matmulQuantize/\(operation.activation)/\(tokens)") {
      let weights = unsafe UnsafeRawPointer(arena.copy(0, of: copyBytes))
      return indices.map { index in
        unsafe denseProduct(
          weights, operation.element, row: index % n, x, operation.activation, token: index / n, k: geometry.k)
      }
    }
    return y.compare(at: indices, with: expected)
  }

  /// How many of the packed bytes the reference of `quantize` writes otherwise, or nil where there is none.
  private func differences(from packed: UnsafePointer<UInt8>, count: Int) -> Int? {
    guard
      let scalar = QuantizeScalar.all.first(where: {
        $0.row.element == operation.element && $0.row.layout == geometry.layout
      })
    else { return nil }
    let expected = AlignedBuffer<UInt8>(repeating: 0, count: count)
    let start = unsafe UnsafeRawPointer(arena.copy(0, of: copyBytes))
    let rows = unsafe WeightRows(parts: [(start, n)], k: geometry.k, element: operation.element)
    unsafe d.withUnsafeBufferPointer { d in
      guard let d = d.baseAddress else { return }
      var args = unsafe ttq_quantize_args(
        rows: rows.pointer, n: geometry.paddedRows(n), k: geometry.k, group: geometry.format.group,
        bits: geometry.format.bits, d: d, packed: expected.pointer, low_rank: ttq_low_rank(),
        search: ttq_range_search(), scratch: nil)
      _ = unsafe scalar.kernel.function(&args)
    }
    return (0..<count).count { unsafe packed[$0] != expected.pointer[$0] }
  }
}
