import CKernels
import Foundation
import Kernels
import Records
import TTQ
import Testing

/// Every variant that this machine has against the golden vectors, within the method's tolerances. Variants and vectors come from the catalogue
/// and the folders: a new row or file needs no edit.
@Suite struct GoldenKernelTests {
  private let isa: ISA

  init() throws {
    let limit = ProcessInfo.processInfo.environment["TTQ_ISA"].flatMap { $0.isEmpty ? nil : $0 }
    isa = try Machine.probe(isaLimit: limit).isa
  }

  private func usable<Kernel>(_ variants: [Variant<Kernel>], for problem: Problem) -> [Variant<Kernel>] {
    variants.filter { $0.row.unsupported(by: isa) == nil && $0.row.constraint(against: problem) == nil }
  }

  @Test func thereAreVectors() {
    #expect(GoldenFile.all.count >= 10)
  }

  @Test(arguments: GoldenFile.all)
  func statistic(_ file: GoldenFile) throws {
    let layer = try file.load()
    for variant in usable(
      StatisticFamily().variants, for: Problem(family: .statistic, k: layer.k, tokens: layer.tokens))
    {
      var sum = [Float](repeating: 0, count: layer.k)
      unsafe layer.x.withUnsafeBufferPointer { x in
        unsafe sum.withUnsafeMutableBufferPointer { sum in
          guard let x = x.baseAddress, let sum = sum.baseAddress else { return }
          var args = unsafe ttq_statistic_args(
            x: x, x_stride: layer.k, tokens: layer.tokens, k: layer.k, p: 2, sum: sum)
          unsafe variant.kernel.function(&args)
        }
      }
      let norm = sum.map { ($0 / Float(layer.tokens)).squareRoot() }
      #expect(relativeError(norm, layer.norm) <= 1e-6, "\(variant.row.name)")
    }
  }

  @Test(arguments: GoldenFile.all)
  func quantize(_ file: GoldenFile) throws {
    let layer = try file.load()
    let problem = Problem(family: .quantize, n: layer.n, k: layer.k, format: file.format, element: .f32)
    for variant in usable(QuantizeFamily().variants, for: problem) {
      let geometry = PackedGeometry(k: layer.k, format: file.format, layout: variant.row.layout ?? .rows)
      let packed = AlignedBuffer<UInt8>(repeating: 0, count: geometry.bytes(n: layer.n))
      let refused = unsafe layer.w.withUnsafeBufferPointer { w in
        unsafe layer.d.withUnsafeBufferPointer { d in
          guard let w = w.baseAddress, let d = d.baseAddress else { return UInt32(1) }
          let rows = unsafe (0..<geometry.paddedRows(layer.n)).map {
            unsafe UnsafeRawPointer(w + min($0, layer.n - 1) * layer.k)
          }
          return unsafe rows.withUnsafeBufferPointer { rows in
            guard let rows = rows.baseAddress else { return UInt32(1) }
            var args = unsafe ttq_quantize_args(
              rows: rows, n: geometry.paddedRows(layer.n), k: layer.k, group: file.format.group, bits: file.format.bits,
              d: d,
              packed: packed.pointer, low_rank: ttq_low_rank(), search: ttq_range_search(), scratch: nil)
            return unsafe variant.kernel.function(&args)
          }
        }
      }
      #expect(refused == 0, "\(variant.row.name)")
      let view = unsafe PackedView(base: packed.pointer, geometry: geometry)
      let faults = unsafe differences(view, layer, file.format)
      #expect(faults == [], "\(variant.row.name)")
    }
  }

  /// Scales and minima within one unit in the last place of f16; codes equal, or one apart next to a tie or where the group's scale or minimum
  /// differs.
  private func differences(_ view: PackedView, _ layer: GoldenLayer, _ format: WeightFormat) -> [String] {
    var faults: [String] = []
    let groups = format.groups(layer.k)
    for row in 0..<layer.n {
      for group in 0..<groups {
        let (scale, minimum) = unsafe (view.scale(row: row, group: group), view.minimum(row: row, group: group))
        let (goldenScale, goldenMinimum) = (
          layer.scale[row * groups + group], layer.minimum[row * groups + group]
        )
        if abs(scale - goldenScale) > Float(Float16(goldenScale).ulp)
          || abs(minimum - goldenMinimum) > Float(Float16(goldenMinimum).ulp)
        {
          faults.append("scale or minimum of row \(row), group \(group)")
        }
        for k in group * format.group..<min((group + 1) * format.group, layer.k) {
          let (code, golden) = (unsafe view.code(row: row, channel: k), layer.codes[row * layer.k + k])
          if code == golden { continue }
          let position =
            goldenScale > 0 ? (layer.w[row * layer.k + k] * layer.d[k] - goldenMinimum) / goldenScale : 0
          let nearTie = abs(position + 0.5 - (position + 0.5).rounded()) < 1e-3
          if abs(code - golden) > 1 || !(nearTie || scale != goldenScale || minimum != goldenMinimum) {
            faults.append("code of row \(row), channel \(k): \(code), expected \(golden)")
          }
        }
      }
    }
    return faults
  }

  @Test(arguments: GoldenFile.all)
  func quantizeActivations(_ file: GoldenFile) throws {
    let layer = try file.load()
    let (padded, groups) = (ttq_padded_k(layer.k), file.format.groups(layer.k))
    let problem = Problem(
      family: .quantizeActivations, k: layer.k, tokens: layer.tokens, format: file.format, activation: .a8)
    for variant in usable(QuantizeActivationsFamily().variants, for: problem) {
      let codes = AlignedBuffer<Int8>(repeating: 0, count: layer.tokens * padded)
      let scale = AlignedBuffer<Float>(repeating: 0, count: layer.tokens * groups)
      let sum = AlignedBuffer<Float>(repeating: 0, count: layer.tokens * groups)
      unsafe layer.x.withUnsafeBufferPointer { x in
        unsafe layer.d.map { 1 / $0 }.withUnsafeBufferPointer { inverse in
          guard let x = x.baseAddress, let inverse = inverse.baseAddress else { return }
          var args = unsafe ttq_quantize_activations_args(
            x: x, x_stride: layer.k, tokens: layer.tokens, k: layer.k, group: file.format.group, inverse_scale: inverse,
            codes: codes.pointer, values: nil, scale: scale.pointer, sum: sum.pointer)
          unsafe variant.kernel.function(&args)
        }
      }
      let scales = (0..<layer.tokens * groups).map { scale[$0] }
      #expect(relativeError(scales, layer.xscale) <= 1e-6, "\(variant.row.name)")
      for t in 0..<layer.tokens {
        for k in 0..<layer.k {
          let (code, golden) = (Int(codes[t * padded + k]), layer.xq[t * layer.k + k])
          // Multiplying by 1 / D differs from dividing by D in the last place: next to a tie the code may be the neighbour.
          let position =
            layer.x[t * layer.k + k] / layer.d[k]
            / max(layer.xscale[t * groups + k / file.format.group], .leastNormalMagnitude)
          let nearTie = abs(abs(position) + 0.5 - (abs(position) + 0.5).rounded()) < 1e-3
          #expect(
            code == golden || (abs(code - golden) == 1 && nearTie), "\(variant.row.name), token \(t), channel \(k)")
        }
      }
    }
  }

  @Test(arguments: GoldenFile.all)
  func qmatmul(_ file: GoldenFile) throws {
    let layer = try file.load()
    let (padded, groups) = (ttq_padded_k(layer.k), file.format.groups(layer.k))
    // A variant that is meant for more tokens than there are meets them again.
    let variants = QMatmulFamily().variants
    let capacity = variants.reduce(layer.tokens) { max($0, $1.row.leastTokens) }
    let codes = AlignedBuffer<Int8>(repeating: 0, count: capacity * padded)
    let values = AlignedBuffer<Float>(repeating: 0, count: capacity * padded)
    for t in 0..<capacity {
      for k in 0..<layer.k {
        let source = t % layer.tokens * layer.k + k
        unsafe codes.pointer[t * padded + k] = Int8(layer.xq[source])
        unsafe values.pointer[t * padded + k] = layer.x[source] / layer.d[k]
      }
    }
    for activation in ActivationFormat.allCases {
      let sums = AlignedBuffer<Float>(repeating: 0, count: capacity * groups)
      let scales = AlignedBuffer<Float>(repeating: 0, count: capacity * groups)
      for t in 0..<capacity {
        for group in 0..<groups {
          let channels = group * file.format.group..<min((group + 1) * file.format.group, padded)
          let scale = layer.xscale[t % layer.tokens * groups + group]
          unsafe scales.pointer[t * groups + group] = scale
          unsafe sums.pointer[t * groups + group] =
            activation == .a8
            ? scale * Float(channels.reduce(0) { $0 + Int(codes[t * padded + $1]) })
            : Float(channels.reduce(0.0) { $0 + Double(values[t * padded + $1]) })
        }
      }
      for variant in variants {
        let tokens = max(layer.tokens, variant.row.leastTokens)
        let problem = Problem(
          family: .qmatmul, n: layer.n, k: layer.k, tokens: tokens, format: file.format, activation: activation)
        guard !usable([variant], for: problem).isEmpty else { continue }
        let geometry = PackedGeometry(k: layer.k, format: file.format, layout: variant.row.layout ?? .rows)
        let packed = pack(layer, geometry)
        let y = AlignedBuffer<Float>(repeating: .nan, count: tokens * layer.n)
        let scratch = AlignedBuffer<Float>(repeating: 0, count: variant.scratchFloats(problem))
        var args = unsafe ttq_qmatmul_args(
          packed: packed.pointer, n: layer.n, k: layer.k, group: file.format.group, bits: file.format.bits,
          tokens: tokens,
          x_codes: codes.pointer, x_values: values.pointer, x_scale: scales.pointer, x_sum: sums.pointer, y: y.pointer,
          y_stride: layer.n, scratch: scratch.pointer, fetch: 0, unroll: 1)
        unsafe variant.kernel.function(&args)
        let result = (0..<tokens * layer.n).map { y[$0] }
        let golden = activation == .a8 ? layer.yA8 : layer.y
        let expected = result.indices.map { golden[$0 % golden.count] }
        #expect(relativeError(result, expected) <= variant.row.tolerance ?? 1e-5, "\(variant.row.name)")
      }
    }
  }

  @Test(arguments: GoldenFile.all)
  func dequantize(_ file: GoldenFile) throws {
    let layer = try file.load()
    let groups = file.format.groups(layer.k)
    let expected = (0..<layer.n * layer.k).map { index in
      let side = index / layer.k * groups + index % layer.k / file.format.group
      return Float(layer.codes[index]) * layer.scale[side] + layer.minimum[side]
    }
    let problem = Problem(family: .dequantize, n: layer.n, k: layer.k, format: file.format)
    for variant in usable(DequantizeFamily().variants, for: problem) {
      let packed = pack(layer, PackedGeometry(k: layer.k, format: file.format, layout: variant.row.layout ?? .rows))
      let w = AlignedBuffer<Float>(repeating: .nan, count: layer.n * layer.k)
      var args = unsafe ttq_dequantize_args(
        packed: packed.pointer, n: layer.n, k: layer.k, group: file.format.group, bits: file.format.bits, w: w.pointer,
        w_stride: layer.k)
      unsafe variant.kernel.function(&args)
      #expect((0..<expected.count).allSatisfy { w[$0] == expected[$0] }, "\(variant.row.name)")
    }
  }

  @Test(arguments: GoldenFile.all)
  func matmul(_ file: GoldenFile) throws {
    let layer = try file.load()
    let problem = Problem(family: .matmul, n: layer.n, k: layer.k, tokens: layer.tokens, element: .f32)
    for variant in usable(MatmulFamily().variants, for: problem) {
      let y = AlignedBuffer<Float>(repeating: .nan, count: layer.tokens * layer.n)
      let scratch = AlignedBuffer<Float>(repeating: 0, count: variant.scratchFloats(problem))
      unsafe layer.w.withUnsafeBufferPointer { w in
        unsafe layer.x.withUnsafeBufferPointer { x in
          guard let w = w.baseAddress, let x = x.baseAddress else { return }
          var args = unsafe ttq_matmul_args(
            w: w, n: layer.n, k: layer.k, tokens: layer.tokens, x: x, x_stride: layer.k, y: y.pointer,
            y_stride: layer.n,
            scratch: scratch.pointer)
          unsafe variant.kernel.function(&args)
        }
      }
      #expect(relativeError((0..<layer.tokens * layer.n).map { y[$0] }, layer.yFull) <= 1e-5, "\(variant.row.name)")
    }
  }

  /// The golden codes in the layout of a variant; padding rows repeat the last one.
  private func pack(_ layer: GoldenLayer, _ geometry: PackedGeometry) -> AlignedBuffer<UInt8> {
    let packed = AlignedBuffer<UInt8>(repeating: 0, count: geometry.bytes(n: layer.n))
    let view = unsafe PackedView(base: packed.pointer, geometry: geometry)
    for row in 0..<geometry.paddedRows(layer.n) {
      let source = min(row, layer.n - 1)
      for k in 0..<layer.k { unsafe view.setCode(layer.codes[source * layer.k + k], row: row, channel: k) }
      for group in 0..<geometry.groups {
        let side = source * geometry.groups + group
        unsafe view.setSideInformation(
          scale: Float16(layer.scale[side]), minimum: Float16(layer.minimum[side]), row: row, group: group)
      }
    }
    return packed
  }
}
