import Kernels
import Records
import Testing

/// One variant of the catalogue, named as everywhere else.
struct VariantCase: Sendable, CustomTestStringConvertible {
  let family: any KernelFamily
  let row: VariantRow

  var testDescription: String {
    "\(family.name.rawValue)/\(row.bits.count == 1 ? "q\(row.bits[0])/" : "")\(row.name)"
  }

  static let all = Catalogue.standard.families.flatMap { family in
    family.rows.map { VariantCase(family: family, row: $0) }
  }
}

/// Every row of the catalogue against its family's reference: shapes with tails, every width and group, one and two threads. A new row
/// is tested without an edit here.
@Suite struct VariantTests {
  static let machine = Result { try Machine.probe(isaLimit: environment("TTQ_ISA")) }

  /// Families with one way of sharing take the last for the second.
  static let configurations = [
    Configuration(threads: 1), Configuration(threads: 2), Configuration(threads: 2, split: .tokens),
  ]

  @Test(arguments: VariantCase.all)
  func matchesReference(_ variant: VariantCase) throws {
    let machine = try Self.machine.get()
    if let reason = variant.row.unsupported(by: machine.isa) {
      withKnownIssue("\(variant.testDescription) skipped: \(reason)") { Issue.record("skipped: \(reason)") }
      return
    }
    let pool = ThreadPool(threads: 2)
    let arena = ColdArena(bytes: 1)
    for problem in Problems.covering(variant.row, of: variant.family.name) {
      // What is fetched ahead changes no sum; where it may reach is for guard pages to tell.
      let streams = Stream.candidates(unrolls: variant.row.unrolls).filter { $0.prefetch == 0 }
        .map { Configuration(threads: 1, stream: $0) }
      for configuration in Self.configurations + streams {
        let trial = try variant.family.trial(
          ofVariantNamed: variant.row.name, on: problem, configuration: configuration, machine: machine, pool: pool,
          arena: arena, seed: 7)
        let failure = trial.check().failure(tolerance: variant.family.tolerance(of: variant.row))
        #expect(failure == nil, "\(problem.name), \(configuration)")
      }
    }
  }
}

/// Problems that reach every path of a variant: tails in N, K and T, short last groups, all widths and groups.
enum Problems {
  static func covering(_ row: VariantRow, of family: FamilyName) -> [Problem] {
    let bits = row.bits.isEmpty ? [4] : row.bits
    let formats = bits.flatMap { bits in
      WeightFormat.supportedGroups.compactMap { WeightFormat(bits: bits, group: $0, side: row.layout?.side ?? .half) }
    }
    let element = row.element
    switch family {
    case .statistic:
      return NormOrder.allCases.flatMap { norm in
        [(1, 1), (3, 17), (5, 64), (9, 100), (2, 300)].map { Problem(family: family, k: $1, tokens: $0, norm: norm) }
      }
    case .quantizeActivations:
      return formats.flatMap { format in
        [(1, 32), (3, 172), (2, 33), (5, 129), (4, 256)].map {
          Problem(family: family, k: $1, tokens: $0, format: format, activation: row.activation)
        }
      }
    case .quantize, .dequantize:
      let all = [(1, 1, 0), (16, 32, 0), (17, 172, 0), (40, 160, 0), (33, 257, 0), (48, 64, 0)]
      let shapes = row.needsFactors ? [] : all
      let lowRank = family == .quantize ? [(1, 1, 1), (48, 172, 3), (33, 257, 16), (40, 160, 40)] : []
      let searches = row.searches.map { $0 ? [1, 3, 16] : [0] } ?? [0, 3]
      return formats.flatMap { format in
        (shapes + lowRank).flatMap { n, k, rank in
          searches.map {
            Problem(family: family, n: n, k: k, format: format, element: element, rank: rank, search: $0)
          }
        }
      }
    case .qmatmul:
      return formats.flatMap { format -> [Problem] in
        let small = [(1, 32), (16, 64), (40, 172), (35, 257), (67, 128)].flatMap { n, k in
          tokens(from: row.leastTokens).map {
            Problem(family: family, n: n, k: k, tokens: $0, format: format, activation: row.activation)
          }
        }
        // More rows and channels than a variant may keep in cache at once.
        let wide = Problem(
          family: family, n: 130, k: 2100, tokens: row.leastTokens, format: format, activation: row.activation)
        return small + [wide]
      }
    case .matmul:
      let small = [(1, 1), (16, 32), (17, 33), (40, 172), (67, 257)].flatMap { n, k in
        tokens(from: row.leastTokens).map { (n, k, $0) }
      }
      // Beyond the blocks of rows, channels and tokens that variants keep in cache.
      let large = [(70, 1100, row.leastTokens), (5, 8300, max(row.leastTokens, 3)), (3, 40, 515)]
      return (small + large).map { n, k, tokens in
        Problem(family: family, n: n, k: k, tokens: tokens, element: element, activation: row.activation)
      }
    case .matmulQuantize:
      return formats.flatMap { format in
        [(1, 1, 1), (17, 33, 5), (40, 172, 7), (67, 257, 3), (130, 700, 13), (3, 40, 515)].map { n, k, tokens in
          Problem(
            family: family, n: n, k: k, tokens: tokens, format: format, element: element, activation: row.activation)
        }
      }
    case .lowrank:
      return [(1, 1, 1), (16, 32, 16), (40, 172, 3), (67, 257, 40), (33, 600, 16)].flatMap { n, k, rank in
        (tokens(from: row.leastTokens) + [70]).map { Problem(family: family, n: n, k: k, tokens: $0, rank: rank) }
      }
    case .attention:
      // The last has every split of the heads that share a key: four, two and one of them at a time.
      return [(1, 1, 8, 5), (4, 2, 16, 33), (6, 2, 40, 70), (3, 3, 64, 129), (8, 1, 128, 40), (14, 2, 100, 81)].flatMap
      {
        heads, shared, dimension, cached in
        [1, 2, 5, 13].filter { $0 <= cached && $0 >= row.leastTokens }.map {
          Problem(
            family: family, n: heads * dimension, k: cached, tokens: $0,
            heads: HeadShape(keyValueHeads: shared, dimension: dimension), cache: row.cache)
        }
      }
    }
  }

  private static func tokens(from least: Int) -> [Int] {
    [1, 2, 3, 4, 5, 6, 7, 8, 13, 16, 40].map { least - 1 + $0 }
  }
}
