import Foundation
import Kernels
import Records
import TTQ
import Testing

/// A linear layer that is quantized with a channel scale, and multiplied by whatever variant is asked for.
struct QuantizedProduct {
  let weights: LinearWeights
  /// T rows of K.
  let x: [Float]
  let format: WeightFormat
  /// D of the K input channels.
  let scale: [Float]
  private let isa: ISA
  private let pool = ThreadPool(threads: 1)
  private let alone = Configuration(threads: 1)

  /// `scale` defaults to what the method takes from `x`.
  init(_ weights: LinearWeights, _ x: [Float], _ format: WeightFormat, scale: [Float]? = nil) throws {
    self.weights = weights
    self.x = x
    self.format = format
    self.scale = try scale ?? Self.scale(weights, x)
    let limit = ProcessInfo.processInfo.environment["TTQ_ISA"].flatMap { $0.isEmpty ? nil : $0 }
    isa = try Machine.probe(isaLimit: limit).isa
  }

  private static func scale(_ weights: LinearWeights, _ x: [Float]) throws -> [Float] {
    var squares = [Float](repeating: 0, count: weights.k)
    for index in x.indices { squares[index % weights.k] += x[index] * x[index] }
    let rule = ScaleRule()
    let norms = rule.norms(powers: squares.span, tokens: x.count / weights.k)
    let logarithms = try #require(rule.logarithms(norms: norms, alpha: 0.5))
    let fit = ScaleRule.fit(logarithms: logarithms, largestWeight: weights.largest)
    return ScaleRule.scale(logarithms: logarithms, fit: fit)
  }

  /// The error of one variant.
  struct VariantError: CustomStringConvertible {
    let name: String
    /// Frobenius norm of the difference over that of the reference; where that is all zero, 0 if the variant's output is, else infinite.
    let error: Double

    var description: String { "\(name): \(error * 100) %" }
  }

  /// Every variant of this machine that takes int8 activations, against the reference that takes them as they are. The portable variants
  /// take longer than all others together and may be left out.
  func errorsOfInt8Activations(portable: Bool = true) throws -> [VariantError] {
    let variants = QMatmulFamily().variants
    let scalar = try #require(variants.first { $0.row.activation == .f32 })
    var reference: [Float] = []
    try multiply([scalar]) { _, y in reference = y }
    var errors: [VariantError] = []
    let int8 = variants.filter { $0.row.activation == .a8 && (portable || $0.row.isa != .baseline) }
    try multiply(int8) { row, y in
      // A variant that is meant for more tokens met the same ones again.
      let repeated = y.indices.map { reference[$0 % reference.count] }
      let silent = reference.allSatisfy { $0 == 0 }
      let error = silent ? (y.allSatisfy { $0 == 0 } ? 0 : .infinity) : relativeError(y, repeated)
      errors.append(VariantError(name: row.name, error: error))
    }
    return errors
  }

  /// Calls `body` with the output of each of `variants` that this machine has: T rows of N, or the same ones several times where the variant
  /// is meant for more tokens.
  private func multiply(_ variants: [Variant<QMatmulKernel>], _ body: (VariantRow, [Float]) -> Void) throws {
    for layout in PackedLayout.allCases {
      let readers = variants.filter { ($0.row.layout ?? .rows) == layout && usable($0.row, tokens: $0.row.leastTokens) }
      guard !readers.isEmpty else { continue }
      let packed = try quantized(layout)
      for variant in readers {
        let own = x.count / weights.k
        let tokens = (variant.row.leastTokens + own - 1) / own * own
        let formatted = try activations(variant.row.activation ?? .f32, tokens: tokens)
        pool.reserveScratch(floats: variant.scratchFloats(problem(of: variant.row, tokens: tokens)))
        var y = [Float](repeating: .nan, count: tokens * weights.n)
        var span = y.mutableSpan
        QMatmul(variant, alone)(packed, formatted, tokens: tokens, into: &span, pool: pool)
        body(variant.row, y)
      }
    }
  }

  private func problem(of row: VariantRow, tokens: Int) -> Problem {
    Problem(
      family: .qmatmul, n: weights.n, k: weights.k, tokens: tokens, format: format, element: weights.element,
      activation: row.activation)
  }

  private func usable(_ row: VariantRow, tokens: Int) -> Bool {
    row.unsupported(by: isa) == nil && row.constraint(against: problem(of: row, tokens: tokens)) == nil
  }

  private func quantized(_ layout: PackedLayout) throws -> PackedMatrix {
    let variants = QuantizeFamily().variants
    let writer = try #require(
      variants.last { $0.row.searches != true && $0.row.layout == layout && usable($0.row, tokens: 1) })
    // `weights` keeps the tensors mapped for as long as this value lives.
    let rows = unsafe WeightRows(
      parts: weights.parts.map { unsafe (start: $0.pointer, rows: $0.shape[0]) }, k: weights.k,
      element: weights.element)
    var packed = PackedMatrix(n: weights.n, k: weights.k, format: format, layout: layout)
    #expect(Quantize(writer, alone)(rows, d: scale.span, into: &packed, pool: pool), "\(weights.name) is beyond f16")
    return packed
  }

  private func activations(_ activation: ActivationFormat, tokens: Int) throws -> PackedActivations {
    let variants = QuantizeActivationsFamily().variants
    let writer = try #require(variants.last { $0.row.activation == activation && usable($0.row, tokens: tokens) })
    let rows = (0..<tokens * weights.k).map { x[$0 % x.count] }
    let inverse = scale.map { 1 / $0 }
    var packed = PackedActivations(capacity: tokens, k: weights.k, group: format.group, format: activation)
    QuantizeActivations(writer, alone)(rows.span, inverseScale: inverse.span, into: &packed, pool: pool)
    return packed
  }
}
