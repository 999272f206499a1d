internal import CKernels
internal import Records

/// `quantize` from cold weights into cold memory: each copy in the arena is the weights followed by their packed form.
final class QuantizeTrial: Trial {
  let copies: Int
  private let operation: Quantize
  private let pool: ThreadPool
  private let arena: ColdArena
  private let geometry: PackedGeometry
  private let n: Int
  private let d: [Float]
  private let copyBytes: Int
  private let packedOffset: Int
  private let rows: AlignedBuffer<UInt>
  private let lowRank: LowRankFactors?
  private let candidates: Int
  private let search: RangeWeights

  init(
    variant: Variant<QuantizeKernel>, problem: Problem, configuration: Configuration, pool: ThreadPool,
    arena: ColdArena, seed: UInt64
  ) {
    let format = problem.format ?? .q4g32
    let geometry = PackedGeometry(k: problem.k, format: format, layout: variant.row.layout ?? .rows)
    let operation = Quantize(variant, configuration, search: problem.search)
    let (n, k, element) = (problem.n, problem.k, operation.element)
    let packedOffset = (n * k * element.bytes + 63) / 64 * 64
    let copyBytes = packedOffset + geometry.bytes(n: n)
    unsafe arena.fill(size: copyBytes, key: "weights/\(n)x\(k)/\(element)/\(copyBytes)/\(seed)") { start in
      unsafe TrialWeights.fill(start, count: n * k, element: element, seed: seed)
    }
    let copies = arena.copies(of: copyBytes)
    let padded = ttq_padded_n(n)
    var pointers = AlignedBuffer<UInt>(repeating: 0, count: copies * padded)
    var span = pointers.mutableSpan
    for copy in 0..<copies {
      let start = unsafe UInt(bitPattern: arena.copy(copy, of: copyBytes))
      for row in 0..<padded { span[copy * padded + row] = start + UInt(min(row, n - 1) * k * element.bytes) }
    }
    var random = TrialRandom(seed: seed &+ 2)
    self.d = (0..<k).map { _ in 4096 * (0.5 + random.bell().magnitude) }
    self.lowRank = problem.rank > 0 ? TrialWeights.factors(n: n, k: k, rank: problem.rank, seed: seed) : nil
    var search = RangeWeights(n: n, k: k)
    for channel in 0..<k { search.weight[channel] = 0.01 + random.bell().magnitude }
    self.candidates = problem.search
    self.search = search
    self.rows = pointers
    self.copies = copies
    self.operation = operation
    self.pool = pool
    self.arena = arena
    self.geometry = geometry
    self.n = n
    self.copyBytes = copyBytes
    self.packedOffset = packedOffset
  }

  func run(copy: Int) {
    _ = quantize(copy: copy)
  }

  private func quantize(copy: Int) -> Bool {
    unsafe d.withUnsafeBufferPointer { d in
      guard let d = d.baseAddress else { return false }
      var args = unsafe arguments(copy: copy, firstRow: 0, rows: geometry.paddedRows(n), d: d)
      guard let lowRank else { return unsafe operation.run(args, rowBytes: geometry.rowBytes, pool: pool) }
      return unsafe lowRank.withFactors { factors in
        unsafe args.low_rank = factors
        return unsafe operation.run(args, rowBytes: geometry.rowBytes, pool: pool)
      }
    }
  }

  private func arguments(copy: Int, firstRow: Int, rows count: Int, d: UnsafePointer<Float>) -> ttq_quantize_args {
    let pointers = unsafe UnsafeRawPointer(rows.pointer + copy * ttq_padded_n(n) + firstRow)
    return unsafe ttq_quantize_args(
      rows: pointers.assumingMemoryBound(to: UnsafeRawPointer.self), n: count, k: geometry.k,
      group: geometry.format.group,
      bits: geometry.format.bits, d: d, packed: arena.copy(copy, of: copyBytes) + packedOffset,
      low_rank: ttq_low_rank(),
      search: ttq_range_search(
        candidates: candidates, weight: search.weight.pointer, error: search.error.pointer + firstRow), scratch: nil)
  }

  /// The first, the middle and the last panel must equal the scalar reference byte for byte, and the errors of its search.
  func check() -> TrialCheck {
    guard quantize(copy: 0) else { return TrialCheck(error: 1, fault: "reports a scale or minimum beyond f16") }
    guard
      let scalar = QuantizeScalar.all.first(where: {
        $0.row.element == operation.element && $0.row.layout == geometry.layout
      })
    else { return TrialCheck(error: 1, fault: "no reference") }
    let errors = (0..<search.error.count).map { search.error[$0] }
    let panels = (geometry.paddedRows(n) + PackedGeometry.panel - 1) / PackedGeometry.panel
    var different = 0
    var compared = 0
    for panel in Set([0, panels / 2, panels - 1]) {
      let first = panel * PackedGeometry.panel
      let count = min(PackedGeometry.panel, geometry.paddedRows(n) - first)
      let expected = AlignedBuffer<UInt8>(repeating: 0, count: count * geometry.rowBytes)
      unsafe d.withUnsafeBufferPointer { d in
        guard let d = d.baseAddress else { return }
        var args = unsafe arguments(copy: 0, firstRow: first, rows: count, d: d)
        unsafe args.packed = expected.pointer
        if let lowRank {
          unsafe lowRank.withFactors { factors in
            unsafe args.low_rank = factors
            unsafe args.low_rank.b = factors.b.map { unsafe $0 + first * factors.rank }
            _ = unsafe scalar.kernel.function(&args)
          }
        } else {
          _ = unsafe scalar.kernel.function(&args)
        }
        let actual = unsafe arena.copy(0, of: copyBytes) + packedOffset + first * geometry.rowBytes
        for byte in 0..<expected.count where unsafe actual[byte] != expected.pointer[byte] { different += 1 }
        compared += expected.count
        for row in first..<first + count where errors[row] != search.error[row] { different += 1 }
      }
    }
    return TrialCheck(error: Double(different) / Double(max(1, compared)))
  }
}

/// Weights as models have them: bell-shaped with a standard deviation of 0.05.
enum TrialWeights {
  /// Factors whose product is about as large as the weights.
  static func factors(n: Int, k: Int, rank: Int, seed: UInt64) -> LowRankFactors {
    var random = TrialRandom(seed: seed &+ 5)
    return LowRankFactors(b: random.bells(n * rank, scale: 0.2), a: random.bells(rank * k, scale: 0.05), rank: rank)
  }

  /// Writes `count` weights of `element` at `start`: a random block of prime length, repeated.
  static func fill(_ start: UnsafeMutablePointer<UInt8>, count: Int, element: ElementType, seed: UInt64) {
    var random = TrialRandom(seed: seed)
    let block = random.bells(65_521, scale: 0.05)
    let raw = UnsafeMutableRawPointer(start)
    for (index, value) in block.prefix(count).enumerated() {
      switch element {
      case .f32: unsafe raw.storeBytes(of: value, toByteOffset: 4 * index, as: Float.self)
      case .f16: unsafe raw.storeBytes(of: Float16(value), toByteOffset: 2 * index, as: Float16.self)
      case .bf16: unsafe raw.storeBytes(of: UInt16(value.bitPattern >> 16), toByteOffset: 2 * index, as: UInt16.self)
      }
    }
    let (length, bytes) = (block.count * element.bytes, count * element.bytes)
    for offset in stride(from: length, to: bytes, by: length) {
      unsafe (start + offset).update(from: start, count: min(length, bytes - offset))
    }
  }
}
