internal import CKernels
internal import Records

/// `qmatmul` of cold packed weights by hot activations.
final class QMatmulTrial: Trial {
  let copies: Int
  private let operation: QMatmul
  private let pool: ThreadPool
  private let arena: ColdArena
  private let geometry: PackedGeometry
  private let n: Int
  private let tokens: Int
  private let x: PackedActivations
  private var y: CanaryBuffer

  init(
    variant: Variant<QMatmulKernel>, problem: Problem, configuration: Configuration, pool: ThreadPool,
    arena: ColdArena,
    seed: UInt64
  ) {
    let format = problem.format ?? .q4g32
    let geometry = PackedGeometry(k: problem.k, format: format, layout: variant.row.layout ?? .rows)
    let (n, size) = (problem.n, geometry.bytes(n: problem.n))
    unsafe arena.fill(size: size, key: "packed/\(n)/\(geometry)/\(seed)") { start in
      unsafe TrialPacked.fill(start, n: n, geometry: geometry, seed: seed)
    }
    operation = QMatmul(variant, configuration)
    copies = arena.copies(of: size)
    let raw = TrialActivations.make(tokens: problem.tokens, k: problem.k, seed: seed &+ 3)
    let one = AlignedBuffer<Float>(repeating: 1, count: problem.k)
    var packed = PackedActivations(
      capacity: problem.tokens, k: problem.k, group: format.group, format: variant.row.activation ?? .f32)
    let scalar = packed.format == .a8 ? QuantizeActivationsScalar.a8 : QuantizeActivationsScalar.f32
    QuantizeActivations(scalar, Configuration(threads: 1))(raw.span, inverseScale: one.span, into: &packed, pool: pool)
    x = packed
    y = CanaryBuffer(count: problem.tokens * n)
    tokens = problem.tokens
    self.pool = pool
    self.arena = arena
    self.geometry = geometry
    self.n = n
  }

  func run(copy: Int) {
    let args = unsafe ttq_qmatmul_args(
      packed: arena.copy(copy, of: geometry.bytes(n: n)), n: n, k: geometry.k, group: geometry.format.group,
      bits: geometry.format.bits, tokens: tokens, x_codes: x.codes.pointer, x_values: x.values.pointer,
      x_scale: x.scale.pointer, x_sum: x.sum.pointer, y: y.pointer, y_stride: n, scratch: nil,
      fetch: operation.stream.prefetch, unroll: operation.stream.unroll)
    unsafe operation.run(args, rowBytes: geometry.rowBytes, pool: pool)
  }

  func check() -> TrialCheck {
    y.reset()
    run(copy: 0)
    let indices = checkedIndices(rows: tokens, columns: n)
    return y.compare(at: indices, with: arena.product("qmatmul/\(x.format)/\(tokens)") { products(at: indices) })
  }

  /// The elements at `indices` of the product, row after row of the weights.
  private func products(at indices: [Int]) -> [Double] {
    let view = unsafe PackedView(base: arena.copy(0, of: geometry.bytes(n: n)), geometry: geometry)
    var products = indices.map { _ in Double.nan }
    for (row, members) in Dictionary(grouping: indices.indices, by: { indices[$0] % n }) {
      let weights = unsafe TrialPacked.decode(view, row: row)
      for place in members { products[place] = product(weights, token: indices[place] / n) }
    }
    return products
  }

  /// The dot product of one decoded row with one token, in double precision.
  private func product(_ row: (codes: [Double], scale: [Double], minimum: [Double]), token: Int) -> Double {
    let (group, groups) = (geometry.format.group, geometry.groups)
    var total = 0.0
    for index in 0..<groups {
      var dot = 0.0
      for k in index * group..<min((index + 1) * group, geometry.k) {
        let element = token * geometry.paddedK + k
        dot += row.codes[k] * (x.format == .a8 ? Double(x.codes[element]) : Double(x.values[element]))
      }
      let side = token * groups + index
      if x.format == .a8 { dot *= Double(x.scale[side]) }
      total += row.scale[index] * dot + row.minimum[index] * Double(x.sum[side])
    }
    return total
  }
}
