import Kernels
import Records
import TTQ
import Testing

/// Alpha by sampled rows and the search for ranges, which cost no bits and must gain quality.
@Suite struct RangeSearchTests {
  /// Mean divergence from full precision over windows of prose.
  private func score(
    _ folder: String, bits: Int, alpha: Alpha, search: Int, side: SideInformation = .half, windows count: Int = 2,
    threads: Int = 1
  ) throws -> EvaluationRow {
    let model = try LanguageModel(folder: folder)
    let text = try TestData.text(TestData.shared("text/demo_valid.txt"))
    let windows = try Windows(of: String(text.prefix(20_000)), for: model, length: 256, limit: count)
    var options = try SessionOptions.testing(.ttq, threads: threads, bits: bits)
    options.rule.alpha = alpha
    try options.setFormat(bits: bits, group: 32, compact: side == .byte)
    options.search = search
    let subject = EvaluationCase(text: "demo_valid.txt", method: "ttq")
    return try Evaluator(model, windows, options: options).score(subject, options).row
  }

  /// Each step comes closer to full precision.
  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data"), arguments: ["ttq-demo", "ttq-demo-loud"])
  func comesCloser(name: String) throws {
    let folder = TestData.shared("models/\(name)")
    let plain = try score(folder, bits: 2, alpha: .fixed(0.5), search: 0).meanDivergence
    let auto = try score(folder, bits: 2, alpha: .auto, search: 0).meanDivergence
    let three = try score(folder, bits: 2, alpha: .auto, search: 3).meanDivergence
    let sixteen = try score(folder, bits: 2, alpha: .auto, search: 16).meanDivergence
    #expect(auto < plain && three < auto && sixteen < three, "\(plain) \(auto) \(three) \(sixteen)")
  }

  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data"), arguments: [1, 2])
  func sameNumbersTwice(threads: Int) throws {
    let folder = TestData.demoModel
    let first = try score(folder, bits: 3, alpha: .auto, search: 3, windows: 1, threads: threads)
    #expect(try score(folder, bits: 3, alpha: .auto, search: 3, windows: 1, threads: threads) == first)
  }

  /// A prompt that is too short to say anything still runs; ranges are then searched for as if all inputs were alike.
  @Test func shortPrompt() throws {
    let model = try LanguageModel(folder: TestData.demoModel)
    var options = try SessionOptions.testing(.ttq, bits: 2)
    options.rule.alpha = .auto
    options.search = 16
    let session = try Session(model, options)
    try session.prefill([10, 20, 30])
    let nearest = try Session(model, .testing(.rtn, bits: 2))
    try nearest.prefill([10, 20, 30])
    #expect(session.notes.count == 1 && session.logits.allSatisfy(\.isFinite))
    #expect(largestDifference(session.logits, nearest.logits) > 0)
  }

  /// With scales and minima in 8 bits, alpha auto and the search gain as well, at half a bit less.
  /// The reference, all that serves this format without AVX-512, takes minutes for it.
  @Test(
    .enabled(if: TestData.hasShared, "needs ../shared/data"),
    .enabled(if: (try? Machine.probe().isa.contains(.avx512)) ?? false, "needs avx512"))
  func compactSideInformation() throws {
    let folder = TestData.shared("models/ttq-demo-loud")
    let plain = try score(folder, bits: 3, alpha: .fixed(0.5), search: 0, side: .byte)
    let auto = try score(folder, bits: 3, alpha: .auto, search: 0, side: .byte)
    let sixteen = try score(folder, bits: 3, alpha: .auto, search: 16, side: .byte)
    #expect(auto.meanDivergence < plain.meanDivergence && sixteen.meanDivergence < auto.meanDivergence)
    #expect(plain.effectiveBits > 3.5 && plain.effectiveBits < 3.7 && sixteen.effectiveBits == plain.effectiveBits)
  }
}
