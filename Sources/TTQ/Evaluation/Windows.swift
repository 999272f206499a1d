/// Non-overlapping stretches of a text's tokens, as models are evaluated on them (method.md, evaluation protocol).
package struct Windows: Sendable {
  /// The tokens of each, all of the same count; the first is BOS where the model has one.
  package let tokens: [[Int]]

  /// Cuts `text` into windows of `length` tokens, at most `limit` of them; what is left over is not used.
  ///
  /// Throws where the text does not fill one window.
  package init(of text: String, for model: LanguageModel, length: Int, limit: Int?) throws(EngineError) {
    guard length >= 4 else { throw .invalidOption("windows of \(length) tokens: expected at least 4") }
    guard limit ?? 1 > 0 else { throw .invalidOption("\(limit ?? 0) windows: expected at least 1") }
    guard let tokenizer = model.tokenizer else {
      throw .tokenizer("\(model.folder): has no tokenizer; expected tokenizer.json or vocab.json")
    }
    let ids: [Int]
    do throws(TokenizerError) {
      ids = try tokenizer.encode(text, special: false, template: false)
    } catch {
      throw .tokenizer(error.description)
    }
    let before = model.configuration.bosToken.map { [$0] } ?? []
    let step = length - before.count
    let starts = Array(stride(from: 0, through: ids.count - step, by: step).prefix(limit ?? .max))
    guard !starts.isEmpty else {
      throw .invalidOption("the text has \(ids.count) tokens; expected at least the \(step) of one window")
    }
    tokens = starts.map { before + ids[$0..<$0 + step] }
  }
}
