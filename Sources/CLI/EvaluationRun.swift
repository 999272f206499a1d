internal import Foundation
internal import Kernels
internal import Records
internal import TTQ

/// The rows of an evaluation, one after the other, with a progress bar; those that a journal holds are taken from it.
struct EvaluationRun {
  let model: LanguageModel
  let base: SessionOptions
  /// Tokens of a window.
  let window: Int
  /// Windows of a text at most.
  let limit: Int?
  let journal: EvaluationJournal?

  func entries(texts paths: [String], grid: EvaluationGrid) throws -> [EvaluationEntry] {
    let texts = try paths.map { path in
      let bytes = try RecordFile.read(path)
      return (
        name: URL(fileURLWithPath: path).lastPathComponent, settings: settings(of: bytes),
        windows: try named(path) {
          () throws(EngineError) in
          try Windows(of: String(decoding: bytes, as: UTF8.self), for: model, length: window, limit: limit)
        }
      )
    }
    let finished = try finished()
    var progress = EvaluationProgress(
      total: texts.reduce(0) { total, text in
        let missing = grid.cases(text: text.name).filter { finished[Key(settings: text.settings, subject: $0)] == nil }
        return total + missing.count * text.windows.tokens.count
      })
    defer { progress.finish() }
    var entries: [EvaluationEntry] = []
    var calibrations: [String: Calibration] = [:]
    for text in texts {
      let evaluator = try Evaluator(model, text.windows, options: base)
      for subject in grid.cases(text: text.name) {
        if let known = finished[Key(settings: text.settings, subject: subject)] {
          entries.append(known)
          continue
        }
        var options = try subject.sessionOptions(base)
        if let rank = subject.rank {
          options.lowRank = try LowRankCache.user.parts(of: model, rank: rank) { note("note: \($0)") }
        }
        if let path = subject.calibration, let method = FrozenMethod(rawValue: subject.method) {
          let calibration = try calibrations[path] ?? calibrate(path)
          calibrations[path] = calibration
          options.frozen = try calibration.freeze(method, format: options.format)
        }
        if let budget = subject.budget {
          options.formats = try BitAllocation(
            model, prompt: text.windows.tokens[0], budget: budget, options: options
          ).formats
        }
        let (row, losses) = try evaluator.score(subject, options) { _ in progress.advance(subject) }
        let entry = EvaluationEntry(settings: text.settings, row: row, losses: losses)
        try journal?.append(entry)
        entries.append(entry)
      }
    }
    return entries
  }

  /// What the first windows of a text say of the model's inputs.
  private func calibrate(_ path: String) throws -> Calibration {
    let bytes = try RecordFile.read(path)
    return try named(path) { () throws(EngineError) in
      let windows = try Windows(
        of: String(decoding: bytes, as: UTF8.self), for: model, length: window, limit: Self.calibrationTokens / window)
      return try Calibration(model, windows, options: base)
    }
  }

  /// Tokens that a calibration takes.
  private static let calibrationTokens = 16_384

  private struct Key: Hashable {
    let settings: String
    let subject: EvaluationCase
  }

  private func finished() throws -> [Key: EvaluationEntry] {
    guard let journal else { return [:] }
    let (entries, unreadable) = try journal.read()
    if unreadable > 0 { note("note: \(journal.path): \(unreadable) lines are not readable; their rows are made again") }
    let pairs = entries.map { (Key(settings: $0.settings, subject: $0.row.subject), $0) }
    return Dictionary(pairs) { _, last in last }
  }

  /// What the numbers of a text depend on beside the case.
  private func settings(of text: Data) -> String {
    let model = URL(fileURLWithPath: model.folder).standardizedFileURL.resolvingSymlinksInPath().path
    return [
      model, "text \(text.count) \(fingerprint(text))", "window \(window)",
      "windows \(limit.map(String.init) ?? "all")",
      base.activations.rawValue, "p \(base.rule.norm.rawValue)", "lambda \(base.rule.lambda)",
      base.quantizesHead ? "head quantized" : "head full", "threads \(base.threads ?? 0)",
      base.machine?.isa.text ?? "", base.plan == nil ? "no plan" : "plan",
    ].joined(separator: ", ")
  }

  /// FNV-1a over all bytes: tells texts apart, and is no signature.
  private func fingerprint(_ bytes: Data) -> String {
    String(bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }, radix: 16)
  }

  /// Runs `body`, naming the file in its error.
  private func named<Result>(_ path: String, _ body: () throws(EngineError) -> Result) throws(CLIError) -> Result {
    do throws(EngineError) {
      return try body()
    } catch {
      throw .invalid("\(path): \(error.description)")
    }
  }
}

/// Windows done, of all that are to do, and the time that the rest will take.
private struct EvaluationProgress {
  private let bar = ProgressBar("evaluating")
  private let total: Int
  private let start = ContinuousClock.now
  private var done = 0

  init(total: Int) { self.total = total }

  mutating func advance(_ subject: EvaluationCase) {
    done += 1
    let spent = start.duration(to: .now) / .seconds(1)
    let name = [subject.text, subject.method, subject.budget.map { "\($0) bits" } ?? subject.bits.map { "\($0) bit" }]
      .compactMap { $0 }.joined(separator: " ")
    bar.show(done: done, total: total, text: name, secondsLeft: spent / Double(done) * Double(total - done))
  }

  func finish() { bar.finish() }
}
