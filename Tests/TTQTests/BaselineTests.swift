import Records
import TTQ
import Testing

/// Weights that are frozen by a calibration text.
@Suite struct BaselineTests {
  private let model: LanguageModel
  private let windows: Windows

  init() throws {
    model = try LanguageModel(folder: TestData.demoModel)
    let text = String(repeating: "The old man sat by the fire and told the children of the sea. ", count: 40)
    windows = try Windows(of: text, for: model, length: 128, limit: 4)
  }

  private func divergence(_ frozen: [String: FrozenLinear]) throws -> Double {
    var options = try SessionOptions.testing(.rtn, bits: 3)
    options.frozen = frozen
    let subject = EvaluationCase(text: "test", method: "rtn")
    return try Evaluator(model, windows, options: options).score(subject, options).row.meanDivergence
  }

  /// On the text that they were calibrated with, both come closer than round to nearest.
  @Test(arguments: FrozenMethod.allCases)
  func comesCloser(method: FrozenMethod) throws {
    let calibration = try Calibration(model, windows, options: .testing(.full))
    let format = try #require(WeightFormat(bits: 3, group: 32))
    let frozen = try calibration.freeze(method, format: format)
    #expect(frozen.count == 6 * 4 + 1)
    #expect(try divergence(frozen) < divergence([:]))
  }
}
