import Foundation
import Records
import TTQ
import Testing

/// Trained models of others: tokenizer and model together give the perplexity that is known of them.
@Suite(.enabled(if: TestData.hasShared, "needs ../shared/data/models")) struct SmallModelTests {
  /// Mean negative log likelihood of each document's tokens after the first, `<s>` before, one window for each.
  private func loss(_ model: LanguageModel, _ documents: [String], window: Int) throws -> (loss: Double, count: Int) {
    let session = try Session(model, .testing(.full))
    let vocabulary = model.configuration.vocabularySize
    var (sum, count) = (0.0, 0)
    for document in documents {
      let tokens = Array(try model.encode(document).prefix(window))
      session.reset()
      let logits = try session.prefillAll(Array(tokens.dropLast()))
      for (position, next) in tokens.dropFirst().enumerated() {
        let row = logits[position * vocabulary..<(position + 1) * vocabulary]
        let top = row.max() ?? 0
        let total = row.reduce(0.0) { $0 + exp(Double($1 - top)) }
        sum += log(total) - Double(row[row.startIndex + next] - top)
        count += 1
      }
    }
    return (sum / Double(count), count)
  }

  static let known = [
    (name: "stories260K", window: 512, tokens: 1804, loss: 1.26644),
    (name: "babyllama-tok105", window: 256, tokens: 1275, loss: 0.61489),
  ]

  @Test(arguments: known)
  func perplexity(_ known: (name: String, window: Int, tokens: Int, loss: Double)) throws {
    let model = try LanguageModel(folder: TestData.shared("models/\(known.name)"))
    let text = try TestData.text(TestData.shared("text/tinystories_sample.txt"))
    let documents = text.components(separatedBy: "<|endoftext|>").map { $0.trimmingCharacters(in: .newlines) }
      .filter { !$0.isEmpty }
    let found = try loss(model, documents, window: known.window)
    #expect(found.count == known.tokens)
    #expect(abs(found.loss - known.loss) < 1e-3, "\(found)")
  }

  @Test(arguments: ["stories260K", "babyllama-tok105"], TTQ.Method.allCases)
  func generates(_ name: String, method: TTQ.Method) throws {
    let model = try LanguageModel(folder: TestData.shared("models/\(name)"))
    var parameters = GenerateParameters()
    parameters.maxTokens = 40
    let session = try Session(model, .testing(method))
    let generation = try session.generate(model.encode("Once upon a time, there was a little"), parameters)
    #expect(generation.tokens.count == 40 && generation.text.contains(" "))
  }
}
