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
    var minP: Float = 0
    let shares: [Double]
  }

  static let draws = [
    Draw(shares: [0.1, 0.5, 0.15, 0.25]),
    Draw(topK: 2, shares: [0, 0.667, 0, 0.333]),
    Draw(topP: 0.8, shares: [0, 0.556, 0.167, 0.278]),
    Draw(topK: 3, topP: 0.7, shares: [0, 0.667, 0, 0.333]),
    Draw(minP: 0.25, shares: [0, 0.556, 0.167, 0.278]),
    Draw(minP: 0.4, shares: [0, 0.667, 0, 0.333]),
    Draw(topK: 3, minP: 0.4, shares: [0, 0.667, 0, 0.333]),
    Draw(minP: 1, shares: [0, 1, 0, 0]),
    Draw(temperature: 0.5, shares: [0.029, 0.725, 0.065, 0.181]),
    Draw(temperature: 0, shares: [0, 1, 0, 0]),
  ]

  @Test(arguments: draws)
  func drawsFollowTheLogits(_ expected: Draw) {
    var parameters = GenerateParameters()
    parameters.temperature = expected.temperature
    parameters.topK = expected.topK
    parameters.topP = expected.topP
    parameters.minP = expected.minP
    var sampler = Sampler(parameters)
    let logits = [Float(0.1), 0.5, 0.15, 0.25].map { log($0) + 3 }
    var counts = [0, 0, 0, 0]
    for _ in 0..<20_000 { counts[sampler.choose(logits.span) ?? 0] += 1 }
    for (count, share) in zip(counts, expected.shares) {
      #expect(share == 0 ? count == 0 : abs(Double(count) / 20_000 - share) < 0.015, "\(counts)")
    }
    #expect(sampler.choose([1, .nan, 2].span) == nil && sampler.choose([1, .infinity].span) == nil)
  }

  /// Logits above 0 are divided, others multiplied; a token is penalized once, and forgotten after the context size.
  @Test func repetitionIsPenalized() {
    var parameters = GenerateParameters()
    parameters.repetitionPenalty = 2
    parameters.repetitionContextSize = 3
    var sampler = Sampler(parameters)
    let logits: [Float] = [3, 2.9, -1, 0.5]
    #expect(sampler.choose(logits.span) == 0)
    sampler.follow([0])
    #expect(sampler.choose(logits.span) == 1)
    sampler.follow([1, 1])
    #expect(sampler.choose(logits.span) == 0)
    sampler.follow([2, 3, 3])
    #expect(sampler.choose(logits.span) == 0)
    sampler.follow([0, 1, 7])
    #expect(sampler.choose(logits.span) == 0)
    var negative = Sampler(parameters)
    negative.follow([0])
    #expect(negative.choose([Float(-1), -1.5].span) == 1)
  }

  @Test func repetitionPenaltyChangesGreedyText() throws {
    let plain = try generate().tokens
    let penalized = try generate {
      $0.repetitionPenalty = 1.5
      $0.repetitionContextSize = 64
    }.tokens
    #expect(Set(penalized).count > Set(plain).count)
  }

  /// Texts cut into pieces, the stop sequences, what is shown and what stopped.
  static let stops: [(pieces: [String], sequences: [String], text: String, stop: String?)] = [
    (["ab", "c"], [], "abc", nil),
    (["a", "b", "c", "d"], ["bc"], "a", "bc"),
    (["xabcx"], ["c", "abc"], "x", "abc"),
    (["aab", "a", "ab"], ["aaab"], "aabaab", nil),
    (["a", "a", "ab"], ["aab"], "a", "aab"),
    (["é", "x", "é", "y"], ["éy"], "éx", "éy"),
    (["\n", "\n", "User", ":"], ["\n\nUser:"], "", "\n\nUser:"),
    (["en", "d"], ["ending"], "end", nil),
  ]

  @Test(arguments: stops)
  func stopSequences(_ expected: (pieces: [String], sequences: [String], text: String, stop: String?)) {
    var matcher = StopMatcher(expected.sequences)
    var text = ""
    var stop: String?
    for piece in expected.pieces where stop == nil {
      let found = matcher.append(piece)
      text += found.text
      stop = found.stop
      // What is shown never ends in the beginning of a sequence that could still come.
      for sequence in expected.sequences where stop == nil { #expect(!text.hasSuffix(sequence.prefix(1))) }
    }
    #expect(text + matcher.finish() == expected.text && stop == expected.stop)
  }

  /// A stop sequence across tokens ends the generation there, and nothing of it is shown.
  @Test func stopsInTheText() throws {
    let whole = try generate()
    let tokens = try #require(model.tokenizer)
    let cut = whole.text.index(whole.text.startIndex, offsetBy: 20)
    let sequence = String(whole.text[cut...].prefix(9))
    let expected = whole.text.components(separatedBy: sequence)[0]
    let stopped = try generate { $0.stopSequences = ["no such text", sequence] }
    #expect(try tokens.encode(sequence).count > 1)
    #expect(stopped.stop == .sequence(sequence) && stopped.text == expected)
    #expect(whole.tokens.starts(with: stopped.tokens) && stopped.tokens.count < whole.tokens.count)
  }

  @Test func interruption() throws {
    let session = try Session(model, .testing(.ttq))
    var count = 0
    let generation = try session.generate(
      model.encode("Once upon a time there was a"), show: { _ in count += 1 }, isInterrupted: { count == 5 })
    #expect(generation.stop == .interrupted && generation.tokens.count == 5)
  }

  /// Full precision adds up in the same order, however many threads share the rows.
  @Test func fullIsTheSameOnTwoThreads() throws {
    func greedy(_ threads: Int) throws -> [Int] {
      var parameters = GenerateParameters()
      parameters.maxTokens = 64
      return try Session(model, .testing(.full, threads: threads)).generate(
        model.encode("It was a fine morning, and the old man went down to the"), parameters
      ).tokens
    }
    #expect(try greedy(1) == greedy(2))
  }

  @Test func piecesMakeTheText() throws {
    var pieces: [String] = []
    let session = try Session(model, .testing(.ttq))
    let generation = try session.generate(model.encode("Once upon a time there was a")) { pieces.append($0.text) }
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
    #expect(throws: EngineError.self) { try generate { $0.minP = 1.1 } }
    #expect(throws: EngineError.self) { try generate { $0.repetitionPenalty = 0 } }
    #expect(throws: EngineError.self) { try generate { $0.repetitionContextSize = -1 } }
    #expect(throws: EngineError.self) { try generate { $0.stopSequences = [""] } }
    #expect(throws: EngineError.self) { try generate { $0.maxTokens = -1 } }
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
