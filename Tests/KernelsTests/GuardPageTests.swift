import CKernels
import Kernels
import Records
import Testing

/// Every variant with each of its operands ending at a page that may not be touched: a kernel that reads or writes past an extent ends the
/// test process. What it computes is compared in `VariantTests`; here every output must be written and finite.
@Suite struct GuardPageTests {
  private let isa: ISA
  private static let shapes = [(1, 1), (16, 32), (17, 33), (40, 172), (35, 129)]
  private static let tokens = [1, 3, 8, 13]

  init() throws {
    isa = try Machine.probe(isaLimit: environment("TTQ_ISA")).isa
  }

  private func usable<Kernel>(_ variants: [Variant<Kernel>]) -> [Variant<Kernel>] {
    variants.filter { $0.row.unsupported(by: isa) == nil }
  }

  private func formats(_ row: VariantRow) -> [WeightFormat] {
    row.bits.flatMap { bits in
      WeightFormat.supportedGroups.compactMap { WeightFormat(bits: bits, group: $0, side: row.layout?.side ?? .half) }
    }
  }

  private func values(_ count: Int) -> [Float] { (0..<count).map { Float(($0 * 37 + 11) % 101) / 50 - 1 } }

  private func isFinite(_ values: [Float]) -> Bool { values.allSatisfy(\.isFinite) }

  private func scratch(_ floats: Int) -> AlignedBuffer<Float> { AlignedBuffer(repeating: 0, count: floats) }

  @Test func statistic() throws {
    for variant in usable(StatisticFamily().variants) {
      for (tokens, k) in [(1, 1), (3, 17), (7, 63), (5, 100)] {
        let (x, sum) = try (GuardedMemory(values(tokens * k)), GuardedMemory(values(k)))
        for norm in NormOrder.allCases {
          var args = unsafe ttq_statistic_args(
            x: x.pointer, x_stride: k, tokens: tokens, k: k, p: UInt32(norm.rawValue), sum: sum.pointer)
          unsafe variant.kernel.function(&args)
          #expect(isFinite(sum.elements), "\(variant.row.name)")
        }
      }
    }
  }

  @Test func quantizeActivations() throws {
    for variant in usable(QuantizeActivationsFamily().variants) {
      for group in WeightFormat.supportedGroups {
        for (tokens, k) in [(1, 1), (3, 33), (2, 172), (2, 128)] {
          let (elements, groups) = (tokens * ttq_padded_k(k), tokens * ttq_groups(k, group))
          let (x, inverse) = try (GuardedMemory(values(tokens * k)), GuardedMemory(values(k)))
          let codes = try GuardedMemory([Int8](repeating: 0, count: elements))
          let floats = try GuardedMemory([Float](repeating: .nan, count: elements))
          let (scale, sum) = try (
            GuardedMemory([Float](repeating: .nan, count: groups)),
            GuardedMemory([Float](repeating: .nan, count: groups))
          )
          var args = unsafe ttq_quantize_activations_args(
            x: x.pointer, x_stride: k, tokens: tokens, k: k, group: group, inverse_scale: inverse.pointer,
            codes: codes.pointer, values: floats.pointer, scale: scale.pointer, sum: sum.pointer)
          unsafe variant.kernel.function(&args)
          let written = variant.row.activation == .a8 ? scale.elements : floats.elements
          #expect(isFinite(written + sum.elements), "\(variant.row.name)")
        }
      }
    }
  }

  @Test func quantize() throws {
    for variant in usable(QuantizeFamily().variants) {
      for format in formats(variant.row) {
        for (n, k) in Self.shapes {
          let geometry = PackedGeometry(k: k, format: format, layout: variant.row.layout ?? .rows)
          let bytes = (variant.row.element ?? .f32).bytes
          let weights = try GuardedMemory([UInt8](repeating: 0x3c, count: n * k * bytes))
          let rows = unsafe (0..<geometry.paddedRows(n)).map {
            unsafe UnsafeRawPointer(weights.pointer + min($0, n - 1) * k * bytes)
          }
          let pointers = try unsafe GuardedMemory(rows)
          let d = try GuardedMemory(values(k))
          let weight = try GuardedMemory(values(k))
          let error = try GuardedMemory([Float](repeating: 0, count: geometry.paddedRows(n)))
          let packed = try GuardedMemory([UInt8](repeating: 0, count: geometry.bytes(n: n)))
          for rank in [0, 3, 16, 40] {
            let (b, a) = try (
              GuardedMemory([UInt16](repeating: 0x3c01, count: geometry.paddedRows(n) * rank)),
              GuardedMemory([UInt16](repeating: 0x3c02, count: rank * k))
            )
            let memory = scratch(
              variant.scratchFloats(Problem(family: .quantize, n: n, k: k, format: format, rank: rank)))
            var args = unsafe ttq_quantize_args(
              rows: pointers.pointer, n: rows.count, k: k, group: format.group, bits: format.bits, d: d.pointer,
              packed: packed.pointer, low_rank: ttq_low_rank(rank: rank, b: b.pointer, a: a.pointer),
              search: ttq_range_search(
                candidates: variant.row.searches == false ? 0 : 16, weight: weight.pointer, error: error.pointer),
              scratch: memory.pointer)
            #expect(unsafe variant.kernel.function(&args) == 0, "\(variant.row.name) r\(rank)")
          }
        }
      }
    }
  }

  @Test func dequantize() throws {
    for variant in usable(DequantizeFamily().variants) {
      for format in formats(variant.row) {
        for (n, k) in Self.shapes {
          let geometry = PackedGeometry(k: k, format: format, layout: variant.row.layout ?? .rows)
          let packed = try GuardedMemory([UInt8](repeating: 0x2a, count: geometry.bytes(n: n)))
          let w = try GuardedMemory([Float](repeating: .nan, count: n * k))
          var args = unsafe ttq_dequantize_args(
            packed: packed.pointer, n: n, k: k, group: format.group, bits: format.bits, w: w.pointer, w_stride: k)
          unsafe variant.kernel.function(&args)
          #expect(isFinite(w.elements), "\(variant.row.name)")
        }
      }
    }
  }

  @Test func qmatmul() throws {
    for variant in usable(QMatmulFamily().variants) {
      for format in formats(variant.row) {
        for (n, k) in Self.shapes {
          for tokens in Self.tokens.map({ variant.row.leastTokens - 1 + $0 }) {
            let geometry = PackedGeometry(k: k, format: format, layout: variant.row.layout ?? .rows)
            let (elements, groups) = (tokens * geometry.paddedK, tokens * geometry.groups)
            let packed = try GuardedMemory([UInt8](repeating: 0x2a, count: geometry.bytes(n: n)))
            let codes = try GuardedMemory([Int8](repeating: 3, count: elements))
            let floats = try GuardedMemory(values(elements))
            let (scale, sum) = try (GuardedMemory(values(groups)), GuardedMemory(values(groups)))
            let y = try GuardedMemory([Float](repeating: .nan, count: tokens * n))
            let memory = scratch(
              variant.scratchFloats(Problem(family: .qmatmul, n: n, k: k, tokens: tokens, format: format)))
            var args = unsafe ttq_qmatmul_args(
              packed: packed.pointer, n: n, k: k, group: format.group, bits: format.bits, tokens: tokens,
              x_codes: codes.pointer, x_values: floats.pointer, x_scale: scale.pointer, x_sum: sum.pointer,
              y: y.pointer,
              y_stride: n, scratch: memory.pointer, fetch: Stream.standard.prefetch, unroll: 1)
            for stream in [.standard] + Stream.candidates(unrolls: variant.row.unrolls) {
              unsafe (args.fetch, args.unroll) = (stream.prefetch, stream.unroll)
              unsafe variant.kernel.function(&args)
              #expect(isFinite(y.elements), "\(variant.row.name), \(stream), \(format) \(n)x\(k) t\(tokens)")
            }
          }
        }
      }
    }
  }

  @Test func matmul() throws {
    for variant in usable(MatmulFamily().variants) {
      for (n, k) in Self.shapes {
        for tokens in Self.tokens {
          let bytes = (variant.row.element ?? .f32).bytes
          let w = try GuardedMemory([UInt8](repeating: 0x3c, count: n * k * bytes))
          let x = try GuardedMemory(values(tokens * k))
          let y = try GuardedMemory([Float](repeating: .nan, count: tokens * n))
          let memory = scratch(variant.scratchFloats(Problem(family: .matmul, n: n, k: k, tokens: tokens)))
          var args = unsafe ttq_matmul_args(
            w: w.pointer, n: n, k: k, tokens: tokens, x: x.pointer, x_stride: k, y: y.pointer, y_stride: n,
            scratch: memory.pointer)
          unsafe variant.kernel.function(&args)
          #expect(isFinite(y.elements), "\(variant.row.name) \(n)x\(k) t\(tokens)")
        }
      }
    }
  }

  @Test func matmulQuantize() throws {
    for variant in usable(MatmulQuantizeFamily().variants) {
      for format in formats(variant.row) {
        for (n, k) in Self.shapes {
          for tokens in Self.tokens {
            let geometry = PackedGeometry(k: k, format: format, layout: variant.row.layout ?? .rows)
            let bytes = (variant.row.element ?? .f32).bytes
            let w = try GuardedMemory([UInt8](repeating: 0x3c, count: n * k * bytes))
            let x = try GuardedMemory(values(tokens * k))
            let d = try GuardedMemory(values(k))
            let y = try GuardedMemory([Float](repeating: .nan, count: tokens * n))
            let packed = try GuardedMemory([UInt8](repeating: 0, count: geometry.bytes(n: n)))
            let memory = scratch(variant.scratchFloats(Problem(family: .matmulQuantize, n: n, k: k, tokens: tokens)))
            let product = unsafe ttq_matmul_args(
              w: w.pointer, n: n, k: k, tokens: tokens, x: x.pointer, x_stride: k, y: y.pointer, y_stride: n,
              scratch: memory.pointer)
            var args = unsafe ttq_matmul_quantize_args(
              product: product, group: format.group, bits: format.bits, d: d.pointer, packed: packed.pointer)
            #expect(unsafe variant.kernel.function(&args) == 0, "\(variant.row.name)")
            #expect(isFinite(y.elements), "\(variant.row.name) \(format) \(n)x\(k) t\(tokens)")
          }
        }
      }
    }
  }

  @Test func lowrank() throws {
    for variant in usable(LowRankFamily().variants) {
      for (n, k) in Self.shapes {
        for (tokens, rank) in [(1, 16), (3, 5), (8, 40), (70, 16)] {
          let b = try GuardedMemory([UInt16](repeating: 0x3c01, count: n * rank))
          let a = try GuardedMemory([UInt16](repeating: 0x3c02, count: rank * k))
          let x = try GuardedMemory(values(tokens * k))
          let y = try GuardedMemory(values(tokens * n))
          let memory = scratch(
            variant.scratchFloats(Problem(family: .lowrank, n: n, k: k, tokens: tokens, rank: rank)))
          var args = unsafe ttq_lowrank_args(
            factors: ttq_low_rank(rank: rank, b: b.pointer, a: a.pointer), n: n, k: k, tokens: tokens, x: x.pointer,
            x_stride: k, y: y.pointer, y_stride: n, scratch: memory.pointer)
          unsafe variant.kernel.function(&args)
          #expect(isFinite(y.elements), "\(variant.row.name) \(n)x\(k) t\(tokens)")
        }
      }
    }
  }

  @Test func attention() throws {
    for variant in usable(AttentionFamily().variants) {
      let cache = variant.row.cache ?? .f32
      for (heads, shared, dimension, cached) in [
        (1, 1, 8, 5), (4, 2, 16, 33), (3, 1, 40, 21), (2, 2, 128, 65), (14, 2, 100, 81),
      ] {
        for tokens in Self.tokens where tokens <= cached {
          let q = try GuardedMemory(values(tokens * heads * dimension))
          // 0x3c repeated is a small number in f32, 1.06 in f16 and 60 as a code.
          let bytes = [UInt8](repeating: 0x3c, count: shared * cached * dimension * cache.elementBytes)
          let (keys, cachedValues) = try (GuardedMemory(bytes), GuardedMemory(bytes))
          let scales = try GuardedMemory(values(shared * cached))
          let y = try GuardedMemory([Float](repeating: .nan, count: tokens * heads * dimension))
          let problem = Problem(
            family: .attention, n: heads * dimension, k: cached, tokens: tokens,
            heads: HeadShape(keyValueHeads: shared, dimension: dimension), cache: cache)
          let memory = scratch(variant.scratchFloats(problem))
          var args = unsafe ttq_attention_args(
            q: q.pointer, keys: keys.pointer, values: cachedValues.pointer,
            key_scales: cache.isScaled ? scales.pointer : nil, value_scales: cache.isScaled ? scales.pointer : nil,
            tokens: tokens, past: cached - tokens, heads: heads, kv_heads: shared, dim: dimension, capacity: cached,
            head_begin: 0, head_end: heads, scale: 0.1,
            y: y.pointer,
            scratch: memory.pointer)
          unsafe variant.kernel.function(&args)
          #expect(isFinite(y.elements), "\(variant.row.name)")
        }
      }
    }
  }
}
