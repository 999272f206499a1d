internal import CKernels
internal import Records

/// `dequantize` of cold packed weights into hot memory.
final class DequantizeTrial: Trial {
  let copies: Int
  private let operation: Dequantize
  private let pool: ThreadPool
  private let arena: ColdArena
  private let geometry: PackedGeometry
  private let n: Int
  private var weights: CanaryBuffer

  init(
    variant: Variant<DequantizeKernel>, problem: Problem, configuration: Configuration, pool: ThreadPool,
    arena: ColdArena, seed: UInt64
  ) {
    let geometry = PackedGeometry(k: problem.k, format: problem.format ?? .q4g32, layout: variant.row.layout ?? .rows)
    let (n, size) = (problem.n, geometry.bytes(n: problem.n))
    unsafe arena.fill(size: size, key: "packed/\(n)/\(geometry)/\(seed)") { start in
      unsafe TrialPacked.fill(start, n: n, geometry: geometry, seed: seed)
    }
    operation = Dequantize(variant, configuration)
    copies = arena.copies(of: size)
    weights = CanaryBuffer(count: n * problem.k)
    self.pool = pool
    self.arena = arena
    self.geometry = geometry
    self.n = n
  }

  func run(copy: Int) {
    let args = unsafe ttq_dequantize_args(
      packed: arena.copy(copy, of: geometry.bytes(n: n)), n: n, k: geometry.k, group: geometry.format.group,
      bits: geometry.format.bits, w: weights.pointer, w_stride: geometry.k)
    unsafe operation.run(args, rowBytes: geometry.rowBytes, pool: pool)
  }

  func check() -> TrialCheck {
    weights.reset()
    run(copy: 0)
    let view = unsafe PackedView(base: arena.copy(0, of: geometry.bytes(n: n)), geometry: geometry)
    let indices = checkedIndices(rows: n, columns: geometry.k)
    let expected = indices.map { index in
      let (row, k) = (index / geometry.k, index % geometry.k)
      let group = k / geometry.format.group
      let product = unsafe Float(view.code(row: row, channel: k)) * view.scale(row: row, group: group)
      return unsafe Double(product + view.minimum(row: row, group: group))
    }
    return weights.compare(at: indices, with: expected)
  }
}
