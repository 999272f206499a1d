package import Records

/// Scores quantized sessions of one model against its full precision, window by window.
///
/// A class because it keeps what full precision said of the windows; used by one thread.
package final class Evaluator {
  private let model: LanguageModel
  private let windows: [[Int]]
  private let full: Session
  private var kept: [Int: LogProbabilities] = [:]
  private var keptBytes = 0

  /// Bytes of full-precision distributions that are kept for the next rows; what is beyond is computed again.
  private static let keptLimit = 1 << 30

  /// - Parameter options: those of the rows to come; method and format count for nothing here.
  package init(_ model: LanguageModel, _ windows: Windows, options: SessionOptions) throws(EngineError) {
    self.model = model
    self.windows = windows.tokens
    var options = Self.options(options, length: windows.tokens[0].count)
    options.method = .full
    full = try Session(model, options)
  }

  private static func options(_ options: SessionOptions, length: Int) -> SessionOptions {
    var options = options
    options.context = length
    // One chunk, so that D is that of the whole window.
    options.chunk = length
    return options
  }

  /// Scores `options` on all windows. `progress` is called after each with the number done.
  package func score(
    _ subject: EvaluationCase, _ options: SessionOptions, progress: (Int) -> Void = { _ in }
  ) throws(EngineError) -> (row: EvaluationRow, losses: [Double]) {
    var options = Self.options(options, length: windows[0].count)
    options.prefill = .quantized
    let session = options.method == .full ? full : try Session(model, options)
    options.prefill = .exact
    let causal = options.method == .full ? full : try Session(model, options)
    var score = Score()
    for index in windows.indices {
      let reference = try reference(index)
      let found = options.method == .full ? reference : try distributions(session, windows[index])
      score.add(found, reference, next: windows[index].dropFirst())
      let half = windows[index].count / 2
      let rest = options.method == .full ? nil : try continuation(causal, windows[index], from: half)
      for position in half..<windows[index].count - 1 {
        let next = windows[index][position + 1]
        let loss = found.loss(row: position, token: next)
        score.half += loss
        score.causal += rest?.loss(row: position - half, token: next) ?? loss
        score.halfCount += 1
      }
      progress(index + 1)
    }
    return (score.row(subject, effectiveBits: session.effectiveBits), score.losses)
  }

  /// What full precision says of window `index`.
  private func reference(_ index: Int) throws(EngineError) -> LogProbabilities {
    if let found = kept[index] { return found }
    let found = try distributions(full, windows[index])
    if keptBytes + found.byteCount <= Self.keptLimit {
      kept[index] = found
      keptBytes += found.byteCount
    }
    return found
  }

  /// The distribution after each token of `window` but the last.
  private func distributions(_ session: Session, _ window: [Int]) throws(EngineError) -> LogProbabilities {
    session.reset()
    return try normalised(session.prefillAll(Array(window.dropLast())))
  }

  /// The distribution after each token from `half` on but the last; those before fixed D and ran in full precision.
  private func continuation(
    _ session: Session, _ window: [Int], from half: Int
  ) throws(EngineError) -> LogProbabilities {
    session.reset()
    try session.prefill(Array(window[..<half]))
    return try normalised(session.continueAll(Array(window[half...].dropLast())))
  }

  private func normalised(_ logits: consuming [Float]) throws(EngineError) -> LogProbabilities {
    guard let found = LogProbabilities(logits, vocabulary: model.configuration.vocabularySize) else {
      throw .nonFinite("logits")
    }
    return found
  }
}

/// What was summed over the windows so far.
private struct Score {
  var losses: [Double] = []
  var half = 0.0
  var causal = 0.0
  var halfCount = 0
  private var divergences: [Double] = []
  private var agreements = 0

  /// Adds a window whose tokens after the first are `next`.
  mutating func add(_ found: LogProbabilities, _ reference: LogProbabilities, next: ArraySlice<Int>) {
    var loss = 0.0
    for (row, token) in next.enumerated() {
      loss += found.loss(row: row, token: token)
      divergences.append(reference.divergence(to: found, row: row))
      agreements += reference.likeliest(row: row) == found.likeliest(row: row) ? 1 : 0
    }
    losses.append(loss / Double(next.count))
  }

  func row(_ subject: EvaluationCase, effectiveBits: Double) -> EvaluationRow {
    let count = divergences.count
    let loss = LossSummary(losses)
    return EvaluationRow(
      subject, tokens: count, perplexity: loss.perplexity, perplexityError: loss.perplexityError,
      causalPerplexity: LossSummary([causal / Double(halfCount)]).perplexity,
      halfPerplexity: LossSummary([half / Double(halfCount)]).perplexity,
      meanDivergence: divergences.reduce(0, +) / Double(count),
      highDivergence: divergences.sorted()[min(count - 1, count * 99 / 100)],
      agreement: Double(agreements) / Double(count), effectiveBits: effectiveBits)
  }
}
