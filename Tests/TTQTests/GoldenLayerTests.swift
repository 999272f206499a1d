import Foundation
import Kernels
import Records
import TTQ
import Testing

/// One linear layer through the real kernels and layouts, against the oracle's outputs in double precision.
@Suite(.enabled(if: TestData.hasShared, "needs ../shared/oracle/golden")) struct GoldenLayerTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let bits: Int
    let group: Int
    var alpha = 0.5
    /// The oracle took a low-rank part off the weights first, so that only its norms and its `rtn` compare.
    var hasLowRank = false

    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "q2g32", bits: 2, group: 32), Case(name: "q3g32", bits: 3, group: 32),
    Case(name: "q4g32", bits: 4, group: 32), Case(name: "q5g32", bits: 5, group: 32),
    Case(name: "q8g32", bits: 8, group: 32), Case(name: "q4g64", bits: 4, group: 64),
    Case(name: "q4g32_tail172", bits: 4, group: 32), Case(name: "q4g128_tail160", bits: 4, group: 128),
    Case(name: "q4g128_short64", bits: 4, group: 128), Case(name: "q4g32_zero_x", bits: 4, group: 32),
    Case(name: "q4g32_loud", bits: 4, group: 32, alpha: 1), Case(name: "q8g32_tiny", bits: 8, group: 32),
    Case(name: "q4g32_ties", bits: 4, group: 32),
    Case(name: "q4g128r16", bits: 4, group: 128, hasLowRank: true),
    Case(name: "q3g32r16", bits: 3, group: 32, hasLowRank: true),
  ]

  @Test(arguments: cases)
  func channelScale(_ golden: Case) throws {
    let file = try Golden(golden)
    let squares = file.squares()
    let norms = ScaleRule().norms(powers: squares.span, tokens: file.tokens)
    for (found, expected) in zip(norms, file.norm) { #expect(abs(found - Double(expected)) <= 1e-5 * Double(expected)) }
    var rule = ScaleRule()
    rule.alpha = .fixed(golden.alpha)
    let logarithms = try #require(rule.logarithms(norms: norms, alpha: golden.alpha))
    let fit = ScaleRule.fit(logarithms: logarithms, largestWeight: file.weights.largest)
    let scale = ScaleRule.scale(logarithms: logarithms, fit: fit)
    let ratio = golden.hasLowRank ? scale[0] / file.scale[0] : 1
    for (found, expected) in zip(scale, file.scale) { #expect(abs(found / (expected * ratio) - 1) < 2e-5) }
  }

  @Test(arguments: cases, [nil, "avx2", "baseline"])
  func layer(_ golden: Case, isa: String?) throws {
    let file = try Golden(golden)
    // Scales, minima and codes of the oracle come from double precision: a few differ by a step, which costs less than this.
    let tolerance = golden.bits < 4 ? 2e-3 : 5e-4
    #expect(try file.output(.rtn, .f32, isa: isa).distance(to: file.rtn) < tolerance)
    guard !golden.hasLowRank else { return }
    #expect(try file.output(.ttq, .f32, isa: isa).distance(to: file.ttq) < tolerance)
    #expect(try file.output(.ttq, .a8, isa: isa).distance(to: file.ttqInt8) < tolerance)
    #expect(try file.output(.full, .f32, isa: isa).distance(to: file.full) < 1e-5)
  }
}

/// The tensors of one file of the oracle.
private struct Golden {
  let golden: GoldenLayerTests.Case
  let weights: LinearWeights
  let x: [Float]
  let tokens: Int
  let norm: [Float]
  let scale: [Float]
  let full: [Float]
  let rtn: [Float]
  let ttq: [Float]
  let ttqInt8: [Float]

  init(_ golden: GoldenLayerTests.Case) throws {
    self.golden = golden
    let file = try SafetensorsFile(
      path: TestData.shared.appending(path: "oracle/golden/\(golden.name).safetensors").path)
    let tensor = try file.tensor("W")
    weights = try LinearWeights(name: golden.name, role: .down, parts: [tensor], k: tensor.shape[1])
    x = try file.tensor("X").floats()
    tokens = x.count / weights.k
    norm = try file.tensor("norm").floats()
    scale = try file.tensor("D").floats()
    full = try file.tensor("y_full").floats()
    rtn = try file.tensor("y_rtn").floats()
    ttq = try file.tensor("y").floats()
    ttqInt8 = try file.tensor("y_a8").floats()
  }

  /// Sums of squares of each input channel.
  func squares() -> [Float] {
    (0..<weights.k).map { k in (0..<tokens).reduce(0) { $0 + x[$1 * weights.k + k] * x[$1 * weights.k + k] } }
  }

  /// The layer's output, after measuring its own input where the method does.
  func output(_ method: TTQ.Method, _ activations: ActivationFormat, isa: String?) throws -> [Float] {
    var options = try SessionOptions.testing(method, bits: golden.bits, group: golden.group)
    options.activations = activations
    options.rule.alpha = .fixed(golden.alpha)
    let pool = ThreadPool(threads: 2)
    let machine = try Machine.probe(isaLimit: isa)
    var binder = KernelBinder(lookup: PlanLookup(plan: nil, machine: machine, threads: 2), pool: pool)
    let linear = Linear(weights, kernels: try LinearKernels(weights, options: options, binder: &binder))
    var y = [Float](repeating: 0, count: tokens * weights.n)
    var span = y.mutableSpan
    guard method != .full else {
      linear.multiplyFull(x.span, into: &span, pool: pool)
      return y
    }
    linear.measure(x.span, rule: options.rule, pool: pool)
    try linear.quantize(rule: options.rule, leastTokens: 1, threshold: 0, pool: pool)
    var formatted = PackedActivations(
      capacity: tokens, k: weights.k, group: golden.group, format: activations)
    linear.multiplyQuantized(x.span, formatted: &formatted, into: &span, pool: pool)
    return y
  }
}

extension [Float] {
  /// The distance to `other` relative to its length.
  func distance(to other: [Float]) -> Double {
    guard count == other.count else { return .infinity }
    var (difference, length) = (0.0, 0.0)
    for (a, b) in zip(self, other) {
      difference += (Double(a) - Double(b)) * (Double(a) - Double(b))
      length += Double(b) * Double(b)
    }
    return difference == 0 ? 0 : (difference / length).squareRoot()
  }
}
