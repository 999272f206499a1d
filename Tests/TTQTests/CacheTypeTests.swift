import Kernels
import Records
import TTQ
import Testing

/// Whole models over caches of each type, and with each norm.
@Suite struct CacheTypeTests {
  private func session(_ model: LanguageModel, _ cache: CacheType, threads: Int = 1) throws -> Session {
    var options = try SessionOptions.testing(.full, threads: threads)
    options.cache = cache
    return try Session(model, options)
  }

  /// A prompt of two chunks, then one token at a time: f16 stays as near as its eleven bits, int8 as its seven.
  @Test(arguments: [(CacheType.f16, 2e-3), (.int8, 8e-2)], [1, 2])
  func staysClose(_ cache: (type: CacheType, bound: Double), threads: Int) throws {
    let model = try LanguageModel(folder: TestData.demoModel)
    let tokens = (0..<530).map { $0 * 37 % 4096 }
    let (found, exact) = try (session(model, cache.type, threads: threads), session(model, .f32))
    for session in [found, exact] {
      try session.prefill(tokens)
      for token in 0..<8 { try session.decode(token * 11) }
    }
    #expect(found.logits.distance(to: exact.logits) < cache.bound, "\(found.logits.distance(to: exact.logits))")
    #expect(found.logits != exact.logits)
  }

  @Test func halfGivesTheSameGreedyTokens() throws {
    let model = try LanguageModel(folder: TestData.demoModel)
    let prompt = try model.encode("The old man sat by the fire and")
    var parameters = GenerateParameters()
    parameters.maxTokens = 96
    let exact = try session(model, .f32).generate(prompt, parameters).tokens
    #expect(try session(model, .f16).generate(prompt, parameters).tokens == exact)
  }

  @Test func countsItsBytes() throws {
    let model = try LanguageModel(folder: TestData.demoModel)
    let shape = model.configuration
    let rows = 2 * shape.layers * shape.keyValueHeads
    for cache in CacheType.allCases {
      let session = try session(model, cache)
      #expect(session.cacheBytes == rows * session.capacity * cache.bytes(dimension: shape.headDimension))
      #expect(session.kernels.allSatisfy { $0.problem.family != .attention || $0.problem.cache == cache })
    }
  }

  /// Every kernel of attention serves more positions than it was chosen for, many at once and one.
  @Test(arguments: AttentionFamily.standard.map(\.row).filter { $0.cache == .f32 }.map(\.name))
  func longContexts(_ variant: String) throws {
    let model = try LanguageModel(folder: TestData.demoModel)
    let tokens = (0..<700).map { $0 * 37 % 4096 }
    let exact = try session(model, .f32)
    try exact.prefill(tokens)
    try exact.decode(7)
    for chunk in [16, 512] {
      var options = try SessionOptions.testing(.full)
      options.forced = try ForcedChoices("attention=\(variant)")
      options.chunk = chunk
      let found = try Session(model, options)
      try found.prefill(tokens)
      try found.decode(7)
      #expect(found.logits.distance(to: exact.logits) < 1e-4)
    }
  }

  /// Each norm of a few values by hand, and that a session takes the one that was asked for.
  @Test func norms() throws {
    let values: [Float] = [1, -2, 3, -4]
    for (norm, expected) in [(NormOrder.one, 2.5), (.two, 7.5.squareRoot()), (.four, 88.5.squareRoot().squareRoot())] {
      var rule = ScaleRule()
      rule.norm = norm
      let family = StatisticFamily()
      let variant = try #require(family.variants.first)
      var sum: [Float] = [0]
      var span = sum.mutableSpan
      Statistic(variant, Configuration(threads: 1), norm: norm)(values.span, into: &span, pool: ThreadPool(threads: 1))
      #expect(abs(rule.norms(powers: sum.span, tokens: 4)[0] - expected) < 1e-6)
    }
    let model = try LanguageModel(folder: TestData.demoModel)
    let tokens = (0..<64).map { $0 * 37 % 4096 }
    var logits: [[Float]] = []
    for norm in NormOrder.allCases {
      var options = try SessionOptions.testing(.ttq)
      options.rule.norm = norm
      let session = try Session(model, options)
      try session.prefill(tokens)
      logits.append(session.logits)
    }
    #expect(Set(logits).count == 3)
    #expect(logits.allSatisfy { $0.distance(to: logits[1]) < 0.2 })
  }
}
