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
