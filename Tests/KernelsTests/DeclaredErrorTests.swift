import Kernels
import Records
import Testing

/// Variants that round the scales of a product declare by how much they err. Operands made to be hard for them must stay within it.
@Suite struct DeclaredErrorTests {
  /// How one group differs from all others, in which scales vary by a factor of two: 1000 times louder in one operand, or ten times
  /// in a group of each; or minima of any size.
  enum Operands: CaseIterable {
    case even, loudWeights, loudActivations, loudInBoth, wideMinima
  }

  private static let rows = QMatmulFamily().variants.filter { $0.row.tolerance != nil }.map(\.row)
  private let isa: ISA
  private let pool = ThreadPool(threads: 1)
  private let n = 48
  private let k = 1024
  private let tokens = 128
  private let group = 32

  init() throws {
    isa = try Machine.probe(isaLimit: environment("TTQ_ISA")).isa
  }

  @Test(arguments: rows.map { VariantCase(family: QMatmulFamily(), row: $0) }, Operands.allCases)
  func staysWithinWhatItDeclares(_ variant: VariantCase, _ operands: Operands) throws {
    let row = variant.row
    if let reason = row.unsupported(by: isa) {
      withKnownIssue("\(variant.testDescription) skipped: \(reason)") { Issue.record("skipped: \(reason)") }
      return
    }
    let variants = QMatmulFamily().variants
    let subject = try #require(variants.first { $0.row.name == row.name && $0.row.bits == row.bits })
    let side = row.layout?.side ?? .half
    let reference = try #require(
      variants.first { $0.row.isReference && $0.row.activation == .a8 && $0.row.layout?.side == side })
    let (expected, y) = try (
      product(reference, bits: row.bits[0], operands), product(subject, bits: row.bits[0], operands)
    )
    var (difference, norm) = (0.0, 0.0)
    for (a, b) in zip(expected, y) {
      difference += Double((a - b) * (a - b))
      norm += Double(a * a)
    }
    let error = (difference / norm).squareRoot()
    let declared = try #require(row.tolerance)
    #expect(error <= declared)
    #expect(error > 1e-6, "as if scales were exact")
  }

  private func product(_ variant: Variant<QMatmulKernel>, bits: Int, _ operands: Operands) throws -> [Float] {
    let format = try #require(WeightFormat(bits: bits, group: group, side: variant.row.layout?.side ?? .half))
    let groups = k / group
    var random = TrialRandom(seed: 5)
    func spread() -> Float { Float(random.next() >> 40) / 0x1p24 }
    let codes = (0..<n * k).map { _ in UInt8(random.next() >> UInt64(64 - bits)) }
    var (scales, minima): ([Float16], [Float16]) = ([], [])
    for index in 0..<n * groups {
      let loudness: Float = operands == .loudWeights ? 1000 : operands == .loudInBoth ? 10 : 1
      let scale = (0.5 + 0.5 * spread()) * (index % groups == 3 ? loudness : 1)
      scales.append(Float16(scale))
      let middle = -scale * Float(1 << (bits - 1))
      minima.append(Float16(operands == .wideMinima ? 60_000 * (spread() - 0.5) : middle))
    }
    var x = (0..<tokens * k).map { _ in spread() + spread() - 1 }
    let loudness: Float = operands == .loudActivations ? 1000 : operands == .loudInBoth ? 10 : 1
    for index in x.indices where index % k / group == 7 { x[index] *= loudness }
    var weights = PackedMatrix(n: n, k: k, format: format, layout: variant.row.layout ?? .rows)
    weights.fill(codes: codes, scales: scales, minima: minima)
    let writer = try #require(QuantizeActivationsFamily().variants.first { $0.row.activation == .a8 })
    let one = [Float](repeating: 1, count: k)
    var activations = PackedActivations(capacity: tokens, k: k, group: group, format: .a8)
    QuantizeActivations(writer, Configuration(threads: 1))(
      x.span, inverseScale: one.span, into: &activations, pool: pool)
    let problem = Problem(family: .qmatmul, n: n, k: k, tokens: tokens, format: format, activation: .a8)
    pool.reserveScratch(floats: variant.scratchFloats(problem))
    var y = [Float](repeating: .nan, count: tokens * n)
    var span = y.mutableSpan
    QMatmul(variant, Configuration(threads: 1))(weights, activations, tokens: tokens, into: &span, pool: pool)
    return y
  }
}
