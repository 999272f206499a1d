import Kernels
import Records
import TTQ
import Testing

/// Whole models with quantized weights.
@Suite struct QuantizedModelTests {
  /// The share of tokens for which two methods would choose the same next one.
  private func agreement(_ model: LanguageModel, _ options: SessionOptions, windows: ArraySlice<[Int]>) throws -> Double
  {
    let quantized = try Session(model, options)
    let full = try Session(model, .testing(.full))
    let vocabulary = model.configuration.vocabularySize
    var (same, count) = (0, 0)
    for window in windows {
      quantized.reset()
      full.reset()
      let found = try quantized.prefillAll(window)
      let expected = try full.prefillAll(window)
      for start in stride(from: 0, to: found.count, by: vocabulary) {
        same += found.greatest(from: start, vocabulary) == expected.greatest(from: start, vocabulary) ? 1 : 0
        count += 1
      }
    }
    return Double(same) / Double(count)
  }

  private func windows(_ model: LanguageModel) throws -> [[Int]] {
    let ids = try model.encode(TestData.text(TestData.shared("text/demo_valid.txt"))).prefix(4096)
    #expect(ids.count == 4096)
    return stride(from: 0, to: 4096, by: 512).map { Array(ids[$0..<$0 + 512]) }
  }

  @Test(
    .enabled(if: TestData.hasShared, "needs ../shared/data/text"),
    arguments: [(ActivationFormat.f32, 0.99), (.a8, 0.98)])
  func topTokenAtEightBits(activations: ActivationFormat, least: Double) throws {
    let model = try LanguageModel(folder: TestData.demoModel)
    var options = try SessionOptions.testing(.ttq, bits: 8)
    options.activations = activations
    let share = try agreement(model, options, windows: windows(model)[...])
    #expect(share >= least, "\(share)")
  }

  @Test func twoBitsDifferEverywhere() throws {
    let model = try LanguageModel(folder: TestData.demoModel)
    let tokens = (0..<100).map { $0 * 37 % 4096 }
    let vocabulary = model.configuration.vocabularySize
    let full = try Session(model, .testing(.full)).prefillAll(tokens)
    for prefill in PrefillMode.allCases {
      var options = try SessionOptions.testing(.ttq, bits: 2)
      options.prefill = prefill
      let session = try Session(model, options)
      let found = try session.prefillAll(tokens)
      for position in 1..<tokens.count {
        let row = position * vocabulary..<(position + 1) * vocabulary
        let difference = largestDifference(found[row], full[row])
        #expect(prefill == .exact ? difference < 1e-3 : difference > 1e-2, "\(prefill) position \(position)")
      }
      // What follows the prompt meets the quantized weights either way.
      let exact = try Session(model, .testing(.full))
      try exact.prefill(tokens)
      try exact.decode(5)
      try session.decode(5)
      #expect(largestDifference(session.logits, exact.logits) > 1e-2)
    }
  }

  /// Round to nearest collapses on a model with loud activation channels; scales from the prompt keep it.
  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/models"))
  func loudChannels() throws {
    let model = try LanguageModel(folder: TestData.shared("models/ttq-demo-loud"))
    let windows = try windows(model)[..<1]
    var options = try SessionOptions.testing(.ttq)
    #expect(try agreement(model, options, windows: windows) > 0.8)
    options.method = .rtn
    #expect(try agreement(model, options, windows: windows) < 0.7)
  }

  /// Every format runs, and more bits come closer.
  @Test(arguments: WeightFormat.supportedGroups)
  func errorFallsWithBits(group: Int) throws {
    let model = try LanguageModel(folder: TestData.demoModel)
    let tokens = (0..<64).map { $0 * 37 % 4096 }
    let full = try Session(model, .testing(.full)).prefillAll(tokens)
    for method in [TTQ.Method.rtn, .ttq] {
      var errors: [Float] = []
      for bits in WeightFormat.supportedBits {
        let found = try Session(model, .testing(method, bits: bits, group: group)).prefillAll(tokens)
        errors.append(zip(found, full).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) })
      }
      #expect(errors == errors.sorted(by: >), "\(method) \(errors)")
    }
  }

  /// Round to nearest is the same on every machine up to the order of sums. Under TTQ one code that falls the other way
  /// changes what the next layers measure, so machines differ, but by less than quantization itself does.
  @Test(arguments: ["avx2", "baseline"])
  func otherInstructionSets(isa: String) throws {
    let model = try LanguageModel(folder: TestData.demoModel)
    let tokens = (0..<40).map { $0 * 37 % 4096 }
    let full = try Session(model, .testing(.full)).prefillAll(tokens)
    func pair(_ method: TTQ.Method) throws -> (here: [Float], there: [Float]) {
      var options = try SessionOptions.testing(method, threads: 2)
      options.activations = .f32
      let here = try Session(model, options).prefillAll(tokens)
      options.machine = try Machine.probe(isaLimit: isa)
      return (here, try Session(model, options).prefillAll(tokens))
    }
    let nearest = try pair(.rtn)
    #expect(nearest.there.distance(to: nearest.here) < 1e-5)
    let scaled = try pair(.ttq)
    #expect(scaled.there.distance(to: scaled.here) < 0.5 * scaled.here.distance(to: full))
  }

  /// A prompt of several chunks ends with the weights that all of it asks for.
  @Test func longPrompt() throws {
    let model = try LanguageModel(folder: TestData.demoModel)
    let tokens = (0..<700).map { ($0 * 37 + $0 / 300 * 11) % 4096 }
    let session = try Session(model, .testing(.ttq, bits: 8))
    let full = try Session(model, .testing(.full))
    try session.prefill(tokens)
    try full.prefill(tokens)
    #expect(largestDifference(session.logits, full.logits) < 1)
    #expect(session.position == 700 && session.ran == [.many])
    try session.decode(1)
    #expect(session.ran == [.many, .one])
  }

  @Test func shortPromptIsAnnounced() throws {
    let model = try LanguageModel(folder: TestData.demoModel)
    let short = try Session(model, .testing(.ttq))
    let nearest = try Session(model, .testing(.rtn))
    try short.prefill([10, 20, 30])
    try nearest.prefill([10, 20, 30])
    #expect(short.notes.count == 1 && nearest.notes.isEmpty)
    #expect(largestDifference(short.logits, nearest.logits) == 0)
    short.reset()
    #expect(short.notes.isEmpty)
    try short.prefill(Array(1...20))
    #expect(short.notes.isEmpty)
  }

  @Test func accounts() throws {
    let model = try LanguageModel(folder: TestData.demoModel)
    let session = try Session(model, .testing(.ttq))
    #expect(abs(session.effectiveBits - 5) < 1e-9)
    let weights = 6 * (512 * 256 + 256 * 256 + 1536 * 256 + 256 * 768) + 4096 * 256
    #expect(session.weightBytes == weights * 5 / 8)
    #expect(session.cacheBytes == 6 * 2 * 4 * 1024 * 128)
    #expect(Set(session.kernels.map(\.problem.family)).isSuperset(of: [.statistic, .quantize, .qmatmul, .attention]))
    #expect(session.kernels.allSatisfy { $0.step != .reference })
    var kept = try SessionOptions.testing(.ttq)
    kept.quantizesHead = false
    #expect(try Session(model, kept).effectiveBits > 6)
    #expect(try Session(model, .testing(.full)).effectiveBits == 16)
  }
}

extension [Float] {
  /// The place of the greatest of the `count` values from `start` on.
  fileprivate func greatest(from start: Int, _ count: Int) -> Int? {
    (start..<start + count).max { self[$0] < self[$1] }.map { $0 - start }
  }
}
