import Kernels
import Records
import TTQ
import Testing

/// What may be done beyond alpha and the range search.
@Suite struct MethodOptionTests {
  private let model: LanguageModel
  private let tokens = (0..<64).map { $0 * 37 % 4096 }

  init() throws { model = try LanguageModel(folder: TestData.demoModel) }

  /// What a layer of the model makes of `probe` after it was quantized for `x`.
  private func output(for x: [Float], skipsFirst: Bool) throws -> [Float] {
    let tensor = try SafetensorsFile(path: "\(TestData.demoModel)/model.safetensors").tensor(
      "model.layers.0.mlp.down_proj.weight")
    let weights = try LinearWeights(name: "down", role: .down, parts: [tensor], k: tensor.shape[1])
    var options = try SessionOptions.testing(.ttq, bits: 2)
    options.rule.skipsFirst = skipsFirst
    let pool = ThreadPool(threads: 1)
    var binder = KernelBinder(lookup: PlanLookup(plan: nil, machine: try .probe(), threads: 1), pool: pool)
    let linear = Linear(weights, kernels: try LinearKernels(weights, options: options, binder: &binder))
    linear.measure(x.span, rule: options.rule, pool: pool)
    try linear.quantize(rule: options.rule, leastTokens: 1, threshold: 0, pool: pool)
    let probe = (0..<weights.k).map { Float($0 % 7) - 3 }
    var formatted = PackedActivations(capacity: 1, k: weights.k, group: 32, format: .a8)
    var y = [Float](repeating: 0, count: weights.n)
    var span = y.mutableSpan
    linear.multiplyQuantized(probe.span, formatted: &formatted, into: &span, pool: pool)
    return y
  }

  /// A first token that is unlike the others leaves no trace where it is skipped.
  @Test func skipsFirstToken() throws {
    let k = 768
    let rest = (0..<20 * k).map { Float($0 * 31 % 97) / 50 - 1 }
    let sink = (0..<k).map { $0 % 5 == 0 ? Float(300) : 0.1 }
    let skipped = try output(for: sink + rest, skipsFirst: true)
    #expect(try skipped == output(for: rest, skipsFirst: false))
    #expect(try skipped != output(for: sink + rest, skipsFirst: false))
  }

  @Test func skippedTokenDoesNotCountForTheLeast() throws {
    var options = try SessionOptions.testing(.ttq)
    options.rule.skipsFirst = true
    let session = try Session(model, options)
    try session.prefill(Array(tokens[..<8]))
    #expect(session.notes.count == 1)
    session.reset()
    try session.prefill(Array(tokens[..<9]))
    #expect(session.notes.isEmpty)
    session.reset()
    try session.prefill([5])
    #expect(session.logits.allSatisfy { $0.isFinite })
  }

  /// Where every token is the same, every input is its own mean, and nothing of the error is left.
  @Test(arguments: PrefillMode.allCases)
  func correctsTheMean(prefill: PrefillMode) throws {
    func logits(_ method: TTQ.Method, corrected: Bool) throws -> [Float] {
      var options = try SessionOptions.testing(method, bits: 2)
      options.activations = .f32
      options.prefill = prefill
      options.correctsBias = corrected
      let session = try Session(model, options)
      try session.prefill([Int](repeating: 77, count: 24))
      try session.decode(77)
      return session.logits
    }
    let full = try logits(.full, corrected: false)
    #expect(try logits(.ttq, corrected: false).distance(to: full) > 0.05)
    #expect(try logits(.ttq, corrected: true).distance(to: full) < 1e-3)
  }

  /// Widths stay within the budget, leave no room for another one, and come closer than the narrowest codes.
  @Test(arguments: [3.3, 4.0, 5.2]) func budget(bits: Double) throws {
    var options = try SessionOptions.testing(.ttq)
    options.rule.alpha = .auto
    options.formats = try BitAllocation(model, prompt: tokens, budget: bits, options: options).formats
    #expect(options.formats.count == 6 * 4 + 1)
    let session = try Session(model, options)
    #expect(session.effectiveBits <= bits && session.effectiveBits > bits - 0.2, "\(session.effectiveBits)")
    #expect(!session.kernels.contains { $0.step == .reference })
    let full = try Session(model, .testing(.full)).prefillAll(tokens)
    let narrow = try Session(model, .testing(.ttq, bits: 2)).prefillAll(tokens)
    #expect(try session.prefillAll(tokens).distance(to: full) < narrow.distance(to: full))
    let formats = try BitAllocation(model, prompt: tokens, budget: bits, options: options).formats
    #expect(formats == options.formats)
  }

  @Test func refusesBudgetsBelowTwoBits() throws {
    let options = try SessionOptions.testing(.ttq)
    #expect(throws: EngineError.self) { try BitAllocation(model, prompt: tokens, budget: 2.9, options: options) }
    #expect(throws: EngineError.self) { try BitAllocation(model, prompt: [], budget: 4, options: options) }
  }
}
