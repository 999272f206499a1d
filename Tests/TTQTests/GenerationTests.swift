import Foundation
import Records
import TTQ
import Testing

/// Sampling, stopping and what is the same from run to run.
@Suite struct GenerationTests {
  let model: LanguageModel

  init() throws { model = try LanguageModel(folder: TestData.demoModel) }

  private func generate(
    threads: Int = 1, context: Int? = nil, _ change: (inout GenerateParameters) -> Void = { _ in }
  ) throws -> Generation {
    var options = try SessionOptions.testing(.ttq, threads: threads)
    options.context = context
    var parameters = GenerateParameters()
    parameters.maxTokens = 24
    change(&parameters)
    let prompt = try model.encode("It was a fine morning, and the old man went down to the")
    return try Session(model, options).generate(prompt, parameters)
  }

  @Test(arguments: [1, 2])
  func sameTokensTwice(threads: Int) throws {
    func sampled(_ seed: UInt64) throws -> [Int] {
      try generate(threads: threads) {
        $0.temperature = 0.9
        $0.topK = 50
        $0.topP = 0.95
        $0.seed = seed
      }.tokens
    }
    #expect(try sampled(7) == sampled(7))
    #expect(try sampled(7) != sampled(8))
  }

  @Test func narrowSamplingIsGreedy() throws {
    let greedy = try generate().tokens
    #expect(greedy.count == 24)
    #expect(
      try generate {
        $0.temperature = 1
        $0.topK = 1
      }.tokens == greedy)
    #expect(
      try generate {
        $0.temperature = 1
        $0.topP = 1e-6
      }.tokens == greedy)
    #expect(try generate { $0.temperature = 1e-4 }.tokens == greedy)
  }

  /// A way to sample, and the shares of draws that it gives probabilities of 0.1, 0.5, 0.15 and 0.25.
  struct Draw: Sendable {
    var topK = 0
    var topP: Float = 1
    var temperature: Float = 1
    let shares: [Double]
  }

  static let draws = [
    Draw(shares: [0.1, 0.5, 0.15, 0.25]),
    Draw(topK: 2, shares: [0, 0.667, 0, 0.333]),
    Draw(topP: 0.8, shares: [0, 0.556, 0.167, 0.278]),
    Draw(topK: 3, topP: 0.7, shares: [0, 0.667, 0, 0.333]),
    Draw(temperature: 0.5, shares: [0.029, 0.725, 0.065, 0.181]),
    Draw(temperature: 0, shares: [0, 1, 0, 0]),
  ]

  @Test(arguments: draws)
  func drawsFollowTheLogits(_ expected: Draw) {
    var parameters = GenerateParameters()
    parameters.temperature = expected.temperature
    parameters.topK = expected.topK
    parameters.topP = expected.topP
    var sampler = Sampler(parameters)
    let logits = [Float(0.1), 0.5, 0.15, 0.25].map { log($0) + 3 }
    var counts = [0, 0, 0, 0]
    for _ in 0..<20_000 { counts[sampler.choose(logits.span) ?? 0] += 1 }
    for (count, share) in zip(counts, expected.shares) {
      #expect(share == 0 ? count == 0 : abs(Double(count) / 20_000 - share) < 0.015, "\(counts)")
    }
    #expect(sampler.choose([1, .nan, 2].span) == nil && sampler.choose([1, .infinity].span) == nil)
  }

  @Test func piecesMakeTheText() throws {
    var pieces: [String] = []
    let session = try Session(model, .testing(.ttq))
    let generation = try session.generate(model.encode("Once upon a time there was a")) { pieces.append($0) }
    #expect(pieces.joined() == generation.text && pieces.count > 10)
    #expect(generation.times.total > 0 && generation.times.quantize > 0 && generation.times.load > 0)
    #expect(generation.tokensPerSecond ?? 0 > 0)
  }

  @Test func fullContextStops() throws {
    let generation = try generate(context: 20)
    #expect(generation.stop == .contextFull(capacity: 20))
    // The last token is chosen from the last position that there was room for.
    #expect(generation.promptTokens + generation.tokens.count == 21)
    #expect(throws: EngineError.contextFull(capacity: 4, needed: generation.promptTokens)) { try generate(context: 4) }
  }

  @Test func endOfText() throws {
    let tokens = try generate().tokens
    let folder = try TestFolder()
    for name in ["tokenizer.json", "model.safetensors"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/\(name)", withDestinationPath: "\(TestData.demoModel)/\(name)")
    }
    let configuration = try TestData.text("\(TestData.demoModel)/config.json")
    try folder.write(
      "config.json", configuration.replacing("\"eos_token_id\": 0", with: "\"eos_token_id\": \(tokens[3])"))
    let session = try Session(LanguageModel(folder: folder.path), .testing(.ttq))
    let prompt = try model.encode("It was a fine morning, and the old man went down to the")
    let generation = try session.generate(prompt)
    #expect(generation.stop == .end(tokens[3]))
    #expect(generation.tokens == Array(tokens.prefix { $0 != tokens[3] }) + [tokens[3]])
  }

  @Test func badArguments() throws {
    let session = try Session(model, .testing(.ttq))
    #expect(throws: EngineError.emptyPrompt) { try session.prefill([]) }
    #expect(throws: EngineError.unknownToken(4096, vocabulary: 4096)) { try session.prefill([1, 4096]) }
    #expect(throws: EngineError.self) { try generate { $0.topP = 0 } }
    #expect(throws: EngineError.self) { try generate { $0.temperature = .nan } }
    #expect(throws: EngineError.self) { try SessionOptions.testing(.ttq, bits: 6) }
    #expect(throws: EngineError.self) { try SessionOptions.testing(.ttq, group: 48) }
    #expect(throws: EngineError.self) { try Session(model, .testing(.ttq, threads: 0)) }
    #expect(session.position == 0)
    for context in [0, 1 << 40] { #expect(throws: EngineError.self) { try generate(context: context) } }
  }

  @Test func shapeForTheTuner() throws {
    let shape = ModelShape(model.configuration, name: "demo", source: "test", element: .bf16)
    #expect(
      shape.linears == [
        LinearShape(name: "qkv", n: 512, k: 256, count: 6), LinearShape(name: "o", n: 256, k: 256, count: 6),
        LinearShape(name: "gate_up", n: 1536, k: 256, count: 6), LinearShape(name: "down", n: 256, k: 768, count: 6),
        LinearShape(name: "lm_head", n: 4096, k: 256, count: 1),
      ])
    #expect(shape.heads == 4 && shape.keyValueHeads == 2 && shape.headDimension == 64 && shape.layers == 6)
  }
}
