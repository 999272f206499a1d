import Foundation
import Records
import TTQ
import Testing

/// What int8 activations cost, whatever the variant that multiplies: the error against f32 activations on the same quantized weights stays
/// below 1 % of the norm of the output (method.md, Tolerances).
///
/// Worst of all layers and variants, at 4 and 2 bit in groups of 32, in per cent:
///
///                                  qkv          o            gate_up      down         lm_head
///     ttq-demo                     0.33  0.34   0.37  0.38   0.35  0.36   0.65  0.67   0.22  0.24
///     babyllama-tok105             0.21  0.23   0.43  0.43   0.45  0.46   0.63  0.64   0.15  0.17
///     GPT-2, ttq-demo's inputs                                            0.80  0.83
///
/// On other texts GPT-2 reached 0.85. A model made to have loud channels comes closer: the inputs of `down` in ttq-demo-loud cost 0.96 on
/// this text and 1.06 on another, so it is not held to the bound.
@Suite struct ActivationErrorTests {
  /// A model with a text that it runs through, and what its linear layers meet on the way.
  private enum Source: String {
    case demo = "ttq-demo"
    case babyllama = "babyllama-tok105"

    var folder: String { self == .demo ? TestData.demoModel : TestData.shared("models/\(rawValue)") }

    func tokens() throws -> [Int] {
      let text =
        self == .demo
        ? ActivationErrorTests.text : try TestData.text(TestData.shared("text/tinystories_sample.txt"))
      return Array(try LanguageModel(folder: folder).encode(text).prefix(48))
    }

    func forward() throws -> ReferenceForward {
      try (self == .demo ? Self.demoForward : Self.babyllamaForward).get()
    }

    private static let demoForward = Result { try ReferenceForward(folder: demo.folder, tokens: demo.tokens()) }
    private static let babyllamaForward = Result {
      try ReferenceForward(folder: babyllama.folder, tokens: babyllama.tokens())
    }
  }

  /// The opening of "Pride and Prejudice".
  private static let text = """
    It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want of a wife. \
    However little known the feelings or views of such a man may be on his first entering a neighbourhood, this truth is so \
    well fixed in the minds of the surrounding families, that he is considered as the rightful property of some one or other \
    of their daughters.
    """

  private static let bound = 0.01

  private func format(_ bits: Int) throws -> WeightFormat { try #require(WeightFormat(bits: bits, group: 32)) }

  /// Every error must stay below the bound, and be large enough to have come from int8.
  private func expectSmall(_ errors: [QuantizedProduct.VariantError], _ what: String) throws {
    let worst = try #require(errors.max { $0.error < $1.error })
    #expect(errors.allSatisfy { $0.error < Self.bound }, "\(what): worst \(worst)")
    #expect(errors.allSatisfy { $0.error > 1e-4 }, "\(what): as if activations were exact")
  }

  /// The linear problems and the bits of their codes.
  private static let layers = LinearRole.allCases.flatMap { role in [4, 2].map { (role, $0) } }

  @Test func demoForward() throws { try expectTheEngines(.demo) }

  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/models"))
  func babyllamaForward() throws { try expectTheEngines(.babyllama) }

  @Test(arguments: layers)
  func demoWeights(role: LinearRole, bits: Int) throws { try expectSmall(.demo, role, bits) }

  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/models"), arguments: layers)
  func babyllamaWeights(role: LinearRole, bits: Int) throws { try expectSmall(.babyllama, role, bits) }

  /// The recorded inputs are the engine's: what follows from them is.
  private func expectTheEngines(_ source: Source) throws {
    let forward = try source.forward()
    let tokens = try source.tokens()
    #expect(tokens.count == 48)
    let session = try Session(LanguageModel(folder: source.folder), .testing(.full))
    #expect(largestDifference(try session.prefillAll(tokens), forward.logits) < 1e-3)
    #expect(forward.inputs.count == session.model.configuration.layers * 4 + 1)
  }

  /// Every layer with its own inputs.
  private func expectSmall(_ source: Source, _ role: LinearRole, _ bits: Int) throws {
    let inputs = try source.forward().inputs.filter { $0.weights.role == role }
    let errors = try inputs.flatMap { try QuantizedProduct($0.weights, $0.x, format(bits)).errorsOfInt8Activations() }
    try expectSmall(errors, "\(source.rawValue) \(role.rawValue), \(bits) bit")
  }

  /// Real weights with outliers, met by the widest and least even activations of the demonstration model. Each matrix meets the portable
  /// variants with one of the inputs, in turn.
  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/weights"), arguments: [4, 2])
  func weightsOfGPT2(bits: Int) throws {
    let file = try SafetensorsFile(path: TestData.shared("weights/gpt2-small-attention.safetensors"))
    let inputs = try Source.demo.forward().inputs.filter { $0.weights.role == .down }
    for (number, name) in file.names.enumerated() {
      let weights = try LinearWeights(name: name, role: .output, parts: [file.tensor(name)], k: 768)
      let errors = try inputs.enumerated().flatMap { index, input in
        try QuantizedProduct(weights, input.x, format(bits))
          .errorsOfInt8Activations(portable: index == number % inputs.count)
      }
      try expectSmall(errors, "\(name), \(bits) bit")
    }
  }

  /// With the oracle's own D. An output that is all zero must be so with int8 activations.
  @Test(arguments: GoldenFile.all)
  func goldenVectors(_ golden: GoldenFile) throws {
    let layer = try golden.load()
    let tensor = try SafetensorsFile(path: golden.path).tensor("W")
    let weights = try LinearWeights(name: golden.testDescription, role: .output, parts: [tensor], k: layer.k)
    let errors = try QuantizedProduct(weights, layer.x, golden.format, scale: layer.d).errorsOfInt8Activations()
    #expect(!errors.isEmpty)
    for error in errors { #expect(error.error < Self.bound, "\(error)") }
  }
}
