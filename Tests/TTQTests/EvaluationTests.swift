import Foundation
import Records
import TTQ
import Testing

/// Quality against full precision.
@Suite struct EvaluationTests {
  private let model: LanguageModel
  private let windows: Windows

  init() throws {
    model = try LanguageModel(folder: TestData.demoModel)
    let text = String(repeating: "The old man sat by the fire and told the children of the sea. ", count: 20)
    windows = try Windows(of: text, for: model, length: 64, limit: 3)
  }

  private func score(_ options: SessionOptions) throws -> (row: EvaluationRow, losses: [Double]) {
    let subject = EvaluationCase(text: "test", method: options.method.rawValue)
    return try Evaluator(model, windows, options: options).score(subject, options)
  }

  /// Perplexity is that of the logits, and full precision does not diverge from itself.
  @Test func fullPrecision() throws {
    let (row, losses) = try score(.testing(.full))
    var expected: [Double] = []
    for window in windows.tokens {
      let logits = try Session(model, .testing(.full)).prefillAll(window)
      let vocabulary = model.configuration.vocabularySize
      expected.append(
        window.dropFirst().enumerated().reduce(0.0) { total, next in
          let row = logits[next.offset * vocabulary..<(next.offset + 1) * vocabulary].map(Double.init)
          return total + log(row.reduce(0) { $0 + exp($1) }) - row[next.element]
        } / Double(window.count - 1))
    }
    for (loss, expected) in zip(losses, expected) { #expect(abs(loss - expected) < 1e-4) }
    #expect(row.tokens == 3 * 63 && row.meanDivergence == 0 && row.agreement == 1 && row.effectiveBits == 16)
    #expect(row.causalPerplexity == row.halfPerplexity)
  }

  /// Fewer bits lie further from full precision, and the same options give the same numbers.
  @Test func quantized() throws {
    let rows = try [2, 3, 4].map { try score(.testing(.ttq, bits: $0)) }
    let divergences = rows.map(\.row.meanDivergence)
    #expect(divergences == divergences.sorted(by: >) && divergences[2] > 0)
    #expect(rows.allSatisfy { $0.row.highDivergence > $0.row.meanDivergence && $0.row.agreement < 1 })
    let again = try score(.testing(.ttq, bits: 2))
    #expect(again.row == rows[0].row && again.losses == rows[0].losses)
  }

  /// The causal rows know nothing of the second half: another one does not change what fixed D.
  @Test func continuesWithoutMeasuring() throws {
    let tokens = windows.tokens[0]
    var options = try SessionOptions.testing(.ttq, bits: 2)
    options.prefill = .exact
    // Variants of int8 activations differ by more than order: one code that rounds otherwise moves what follows.
    options.activations = .f32
    let (a, b) = try (Session(model, options), Session(model, options))
    try a.prefill(Array(tokens[..<32]))
    try b.prefill(Array(tokens[..<32]))
    let whole = try a.continueAll(Array(tokens[32...]))
    var steps: [Float] = []
    for token in tokens[32...] {
      try b.decode(token)
      steps += b.logits
    }
    #expect(largestDifference(whole, steps) < 1e-3)
  }

  @Test func refusesShortTexts() throws {
    #expect(throws: EngineError.self) { try Windows(of: "Too short.", for: model, length: 64, limit: nil) }
    #expect(throws: EngineError.self) { try Windows(of: "Too short.", for: model, length: 2, limit: nil) }
  }
}
