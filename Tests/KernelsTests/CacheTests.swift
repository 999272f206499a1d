import Kernels
import Records
import Testing

/// What a cache keeps of keys and values, and what attention over it says.
@Suite struct CacheTests {
  private let isa: ISA
  private let pool = ThreadPool(threads: 1)

  init() throws {
    isa = try Machine.probe(isaLimit: environment("TTQ_ISA")).isa
  }

  private var variants: [Variant<AttentionKernel>] {
    AttentionFamily().variants.filter { $0.row.unsupported(by: isa) == nil }
  }

  /// Attends with `queries` heads of ones over rows of keys and values with `heads` heads each.
  private func attend(
    _ variant: Variant<AttentionKernel>, queries: Int, heads: Int, keys: [[Float]], values: [[Float]]
  ) -> [Float] {
    let dimension = keys[0].count / heads
    let type = variant.row.cache ?? .f32
    var cache = KeyValueCache(type: type, heads: heads, dimension: dimension, capacity: keys.count + 3)
    // In two parts: what follows is appended where the first ended.
    for part in [keys.indices.prefix(1), keys.indices.dropFirst()] where !part.isEmpty {
      let (k, v) = (part.flatMap { keys[$0] }, part.flatMap { values[$0] })
      cache.append(keys: k.span, values: v.span, tokens: part.count, pool: ThreadPool(threads: 1))
    }
    let tokens = variant.row.leastTokens
    let q = [Float](repeating: 1, count: tokens * queries * dimension)
    var y = [Float](repeating: .nan, count: q.count)
    let problem = Problem(
      family: .attention, n: queries * dimension, k: keys.count, tokens: tokens,
      heads: HeadShape(keyValueHeads: heads, dimension: dimension), cache: type)
    pool.reserveScratch(floats: variant.scratchFloats(problem))
    var span = y.mutableSpan
    Attention(variant, Configuration(threads: 1))(
      q.span, heads: queries, over: cache, scale: 1, into: &span, pool: pool)
    return Array(y.suffix(queries * dimension))
  }

  /// With one key for all, attention is the mean of the values: what the cache kept of them, to within its rounding.
  @Test func keepsValues() {
    for variant in variants {
      let type = variant.row.cache ?? .f32
      for dimension in [1, 8, 16, 20, 128] {
        let value = (0..<2 * dimension).map { Float(($0 * 37 + 11) % 101) / 50 - 1 }
        let keys = [[Float]](repeating: [Float](repeating: 0.25, count: 2 * dimension), count: 5)
        let y = attend(variant, queries: 4, heads: 2, keys: keys, values: .init(repeating: value, count: 5))
        let bound: Float = type == .f32 ? 1e-6 : type == .f16 ? 1e-3 : 1.01 / 254
        for head in 0..<4 {
          for i in 0..<dimension {
            let expected = value[head / 2 * dimension + i]
            #expect(abs(y[head * dimension + i] - expected) <= bound, "\(variant.row.name) \(dimension)")
          }
        }
      }
    }
  }

  /// f16 rounds to nearest even, keeps subnormals and signs, and saturates what is finite.
  @Test func roundsToHalf() throws {
    let cases: [Float] =
      [
        0, -0.0, 1, -1.5, 65504, 65519.996, 65520, 1e30, -1e30, 6.1e-5, 6.09e-5, 5.96e-8, 2.98e-8, 2.99e-8, 1e-8, 2049,
        2051, 1.000_488_3, 1.001_464_8, 0.1, -0.333_333_34,
      ] + (0..<2000).map { Float(bitPattern: 0x3300_0000 &+ UInt32($0) &* 92_821) * ($0 % 2 == 0 ? 1 : -1) }
    let stored = Self.stored(cases, .f16)
    for (x, found) in zip(cases, stored) {
      let bounded = min(max(x, -65504), 65504)
      #expect(found == Float(Float16(bounded)) && found.sign == x.sign, "\(x)")
    }
    let odd = Self.stored([.infinity, -.infinity, .nan, 1], .f16)
    #expect(odd[0] == .infinity && odd[1] == -.infinity && odd[2].isNaN && odd[3] == 1)
  }

  @Test func roundsToCodes() {
    for count in [1, 15, 16, 33, 128] {
      let row = (0..<count).map { Float(($0 * 7919 + 3) % 257) / 64 - 2 }
      let step = row.map(abs).max()! / 127
      for (x, found) in zip(row, Self.stored(row, .int8)) { #expect(abs(x - found) <= step / 2 * 1.0001) }
    }
    // The greatest and the least code are reached, and neither passed.
    let ends = Self.stored([3, -3, 0], .int8)
    #expect(abs(ends[0] - 3) < 1e-6 && abs(ends[1] + 3) < 1e-6 && ends[2] == 0)
    #expect(Self.stored([0, 0, 0], .int8) == [0, 0, 0])
    #expect(Self.stored([.leastNonzeroMagnitude, -.leastNonzeroMagnitude], .int8) == [0, 0])
    #expect(abs(Self.stored([3e38, 1e38], .int8)[0] / 3e38 - 1) < 1e-6)
    // A row that is not finite is met as an error, never as a number.
    for bad in [Float.nan, .infinity, -.infinity] {
      for row in [[1, bad, 2], [Float](repeating: 1, count: 40) + [bad]] {
        let numbers = Self.stored(row, .int8).count { !$0.isNaN }
        #expect(numbers == 0)
      }
    }
  }

  /// What is not finite in the cache makes what attends to it not finite, in every variant: nothing is lost in a maximum.
  @Test func showsWhatIsNotFinite() {
    for variant in variants {
      for bad in [Float.nan, .infinity] {
        for place in [0, 2, 19] {
          var rows = [[Float]](repeating: [Float](repeating: 0.5, count: 16), count: 20)
          let sound = rows
          rows[place][3] = bad
          for (keys, values) in [(rows, sound), (sound, rows)] {
            let y = attend(variant, queries: 2, heads: 1, keys: keys, values: values)
            let finite = y.allSatisfy { $0.isFinite }
            #expect(!finite, "\(variant.row.name) \(bad) at \(place)")
          }
        }
      }
    }
  }

  @Test func countsItsBytes() {
    let sizes = CacheType.allCases.map {
      KeyValueCache(type: $0, heads: 8, dimension: 128, capacity: 100).byteCount
    }
    #expect(sizes == [2 * 8 * 100 * 512, 2 * 8 * 100 * 256, 2 * 8 * 100 * 132])
  }

  @Test func truncates() {
    var cache = KeyValueCache(type: .int8, heads: 1, dimension: 4, capacity: 3)
    let row: [Float] = [1, 2, 3, 4]
    cache.append(keys: row.span, values: row.span, tokens: 1, pool: ThreadPool(threads: 1))
    cache.append(keys: row.span, values: row.span, tokens: 1, pool: ThreadPool(threads: 1))
    cache.truncate(to: 1)
    #expect(cache.count == 1)
  }

  /// Under a window a cache of few rows gives every query the very values that one of all positions does, however they come.
  @Test func windowKeepsWhatIsSeen() {
    let (heads, dimension, window, largest) = (2, 16, 5, 4)
    for variant in variants where variant.row.leastTokens == 1 {
      let type = variant.row.cache ?? .f32
      func cache(_ capacity: Int, _ window: Int?) -> KeyValueCache {
        KeyValueCache(type: type, heads: heads, dimension: dimension, capacity: capacity, window: window)
      }
      var whole = cache(40, nil)
      var few = cache(window - 1 + largest, window)
      pool.reserveScratch(floats: variant.scratchFloats(Problem(family: .attention, n: 32, k: window, tokens: 1)))
      for tokens in [3, 1, 4, 4, 1, 1, 1, 1, 1, 2, 4, 3, 4, 4] {
        let rows = (0..<tokens * heads * dimension).map { Float((($0 + 7 * whole.count) * 37) % 101) / 50 - 1 }
        whole.append(keys: rows.span, values: rows.reversed().span, tokens: tokens, pool: pool)
        few.append(keys: rows.span, values: rows.reversed().span, tokens: tokens, pool: pool)
        #expect(few.count == whole.count && few.count - few.first <= few.capacity)
        for end in (whole.count - tokens + 1)...whole.count {
          let seen = max(end - window, 0)..<end
          func attended(_ cache: borrowing KeyValueCache) -> [Float] {
            var y = [Float](repeating: .nan, count: heads * dimension)
            var span = y.mutableSpan
            Attention(variant, Configuration(threads: 1))(
              rows.span.extracting(0..<heads * dimension), heads: heads, over: cache, positions: seen, scale: 1,
              into: &span, pool: pool)
            return y
          }
          #expect(attended(few) == attended(whole), "\(variant.row.name) \(seen)")
        }
      }
      #expect(few.first > 0 && few.reaches(few.count) && few.reaches(few.first + window - 1))
      #expect(!few.reaches(few.first + window - 2) && !few.reaches(few.count + 1) && whole.reaches(1))
      few.truncate(to: 0)
      #expect(few.first == 0 && few.reaches(0) && !few.reaches(1))
    }
  }

  /// `row` as a cache of `type` gives it back.
  private static func stored(_ row: [Float], _ type: CacheType) -> [Float] { type.roundTrip(row.span) }
}
