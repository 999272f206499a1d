import Kernels
import Records
import TTQ
import Testing

/// Full precision against Hugging Face transformers in f32.
@Suite struct ReferenceTests {
  static let architectures = ["llama", "llama3", "qwen2", "qwen3", "gemma3", "opt"]

  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/models"), arguments: architectures, [1, 2])
  func logitsAndGreedyTokens(_ name: String, threads: Int) throws {
    let folder = TestData.shared("models/reference-architectures/\(name)")
    try expectReference(LanguageModel(folder: folder), of: folder, threads: threads)
  }

  /// Layers that see a window see the same one however a text comes: at once, in chunks that begin and end anywhere, token by token.
  @Test(
    .enabled(if: TestData.hasShared, "needs ../shared/data/models"), arguments: CacheType.allCases, [1, 5, 8, 9, 13])
  func windowsOfChunks(_ cache: CacheType, chunk: Int) throws {
    let folder = TestData.shared("models/reference-architectures/gemma3")
    let tokens = try SafetensorsFile(path: "\(folder)/reference.safetensors").integers("tokens")
    let model = try LanguageModel(folder: folder)
    var options = try SessionOptions.testing(.full)
    options.cache = cache
    let whole = try Session(model, options).prefillAll(tokens)
    options.chunk = chunk
    // Another order of sums can round a cached value to its neighbour.
    let tolerance: Float = cache == .f32 ? 1e-4 : 5e-3
    #expect(largestDifference(try Session(model, options).prefillAll(tokens), whole) < tolerance)
    let steps = try Session(model, options)
    for token in tokens { try steps.decode(token) }
    #expect(largestDifference(steps.logits, whole.suffix(steps.logits.count)) < tolerance)
  }

  /// Layers that see a window keep the window and a chunk, whatever the context: the same logits and tokens of a text far longer than both.
  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/models"), arguments: CacheType.allCases)
  func windowsBoundTheCache(_ cache: CacheType) throws {
    let folder = TestData.shared("models/reference-architectures/gemma3")
    let model = try LanguageModel(folder: folder)
    var options = try SessionOptions.testing(.full)
    options.cache = cache
    options.context = 256
    let whole = try Session(model, options)
    options.chunk = 6
    let chunked = try Session(model, options)
    let row = 2 * 2 * cache.bytes(dimension: 32)
    #expect(whole.cacheBytes == row * 3 * 256 && chunked.cacheBytes == row * (256 + 2 * (8 - 1 + 6)))
    let tokens = (0..<250).map { $0 * 37 % 320 }
    let tolerance: Float = cache == .f32 ? 1e-4 : 5e-3
    let expected = try whole.prefillAll(tokens)
    #expect(largestDifference(try chunked.prefillAll(tokens), expected) < tolerance)
    // What is near can be taken back, and what is far leaves nothing.
    #expect(chunked.rewind(to: 248) == 248)
    try chunked.decode(tokens[248])
    try chunked.decode(tokens[249])
    #expect(largestDifference(chunked.logits, expected.suffix(chunked.logits.count)) < tolerance)
    #expect(chunked.rewind(to: 100) == 0 && chunked.position == 0)
    #expect(largestDifference(try chunked.prefillAll(tokens), expected) < tolerance)
    if cache == .f32 { try expectReference(model, of: folder, chunk: 5) }
  }

  /// A window of one position more makes more of a difference than the tests above forgive.
  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/models"))
  func windowMatters() throws {
    let source = TestData.shared("models/reference-architectures/gemma3")
    let reference = try SafetensorsFile(path: "\(source)/reference.safetensors")
    let folder = try TestFolder()
    try folder.link("model.safetensors", to: "\(source)/model.safetensors")
    let text = try TestData.text("\(source)/config.json")
    #expect(text.contains(#""sliding_window": 8"#))
    try folder.write("config.json", text.replacing(#""sliding_window": 8"#, with: #""sliding_window": 9"#))
    let logits = try Session(LanguageModel(folder: folder.path), .testing(.full)).prefillAll(
      reference.integers("tokens"))
    #expect(largestDifference(logits, try reference.tensor("logits").floats()) > 1e-2)
  }

  /// Two of three layers see 8 positions and read no more.
  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/models"))
  func windowsAreAllThatIsRead() throws {
    let model = try LanguageModel(folder: TestData.shared("models/reference-architectures/gemma3"))
    let session = try Session(model, .testing(.full))
    let position = Double(2 * 2 * 32 * 4)
    for (positions, seen) in [(0.0, 0.0), (4, 12), (8, 24), (20, 36)] {
      #expect(abs(session.cacheBytes(at: positions) - position * seen) < 1e-6)
    }
  }

  /// A model of learned positions has none beyond them.
  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/models"))
  func learnedPositionsEnd() throws {
    let model = try LanguageModel(folder: TestData.shared("models/reference-architectures/opt"))
    var options = try SessionOptions.testing(.full)
    options.context = 256
    let session = try Session(model, options)
    try session.prefill((0..<256).map { $0 })
    #expect(session.logits.allSatisfy { $0.isFinite })
    options.context = 257
    #expect(throws: EngineError.self) { try Session(model, options) }
  }

  /// Linear scaling divides every frequency, as that of Llama 3 does where its bounds say so.
  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/models"))
  func linearScaling() throws {
    let source = TestData.shared("models/reference-architectures/llama")
    let tokens = try SafetensorsFile(path: "\(source)/reference.safetensors").integers("tokens")
    let folder = try TestFolder()
    try folder.link("model.safetensors", to: "\(source)/model.safetensors")
    func logits(_ scaling: String) throws -> [Float] {
      let text = try TestData.text("\(source)/config.json")
      let unscaled = #""rope_type": "default""#
      #expect(text.contains(unscaled))
      try folder.write("config.json", text.replacing(unscaled, with: scaling))
      return try Session(LanguageModel(folder: folder.path), .testing(.full)).prefillAll(tokens)
    }
    let linear = try logits(#""rope_type":"linear","factor":4"#)
    let divided = try logits(
      #""rope_type":"llama3","factor":4,"low_freq_factor":1e9,"high_freq_factor":2e9,"original_max_position_embeddings":64"#
    )
    #expect(linear == divided)
    #expect(largestDifference(linear, try logits(#""rope_type":"default""#)) > 1e-3)
  }

  /// Every method and prefill goes through the same layers: at 8 bits the logits stay close, after the prompt and after a token.
  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/models"), arguments: architectures, PrefillMode.allCases)
  func quantizedStaysClose(_ name: String, prefill: PrefillMode) throws {
    let folder = TestData.shared("models/reference-architectures/\(name)")
    let tokens = try SafetensorsFile(path: "\(folder)/reference.safetensors").integers("tokens")
    let model = try LanguageModel(folder: folder)
    let full = try Session(model, .testing(.full))
    try full.prefill(tokens)
    try full.decode(7)
    for method in [TTQ.Method.rtn, .ttq] {
      var options = try SessionOptions.testing(method, bits: 8)
      options.prefill = prefill
      options.activations = .f32
      let session = try Session(model, options)
      try session.prefill(tokens)
      try session.decode(7)
      let squares = full.logits.reduce(0) { $0 + $1 * $1 }
      let error = zip(session.logits, full.logits).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      #expect((error / squares).squareRoot() < 0.05, "\(method)")
    }
  }

  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/models"))
  func demoModel() throws {
    let reference = try SafetensorsFile(path: TestData.shared("models/ttq-demo/reference.safetensors"))
    let tokens = try reference.integers("tokens")
    let expected = try reference.tensor("logits").floats()
    let model = try LanguageModel(folder: TestData.demoModel)
    let session = try Session(model, .testing(.full))
    let logits = try session.prefillAll(tokens)
    let vocabulary = model.configuration.vocabularySize
    for row in 0..<16 {
      let start = row * 16 * vocabulary
      let difference = largestDifference(
        logits[start..<start + vocabulary], expected[row * vocabulary..<(row + 1) * vocabulary])
      #expect(difference < 1e-3, "position \(row * 16)")
    }

    session.reset()
    var parameters = GenerateParameters()
    parameters.maxTokens = 48
    let generated = try session.generate(Array(tokens.prefix(32)), parameters)
    #expect(generated.tokens == (try reference.integers("greedy_after_32")))
    #expect(generated.text == model.tokenizer?.decode(generated.tokens))
  }

  /// Positions that come one at a time give what a whole prompt gives, and so do chunks.
  @Test func stepsEqualOnePrompt() throws {
    let model = try LanguageModel(folder: TestData.demoModel)
    let tokens = (0..<600).map { $0 * 37 % 4096 }
    let whole = try Session(model, .testing(.full))
    try whole.prefill(tokens)
    let steps = try Session(model, .testing(.full))
    try steps.prefill(Array(tokens[..<300]))
    try steps.prefill(Array(tokens[300..<580]))
    for token in tokens[580...] { try steps.decode(token) }
    #expect(largestDifference(whole.logits, steps.logits) < 1e-3)
    #expect(whole.position == 600 && steps.position == 600)
  }
}

extension SessionOptions {
  /// Few threads and no plan.
  static func testing(_ method: Method, threads: Int = 1, bits: Int = 4, group: Int = 32) throws -> SessionOptions {
    var options = SessionOptions()
    options.method = method
    options.threads = threads
    options.cpus = []
    try options.setFormat(bits: bits, group: group)
    return options
  }
}

/// max|a - b|; infinite where the counts differ or a value is not finite.
func largestDifference(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Float {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { largest, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isFinite ? max(largest, difference) : .infinity
  }
}

/// The logits of the reference architecture in `folder` to 1e-3, and its greedy tokens.
func expectReference(_ model: LanguageModel, of folder: String, threads: Int = 1, chunk: Int? = nil) throws {
  let reference = try SafetensorsFile(path: "\(folder)/reference.safetensors")
  let tokens = try reference.integers("tokens")
  var options = try SessionOptions.testing(.full, threads: threads)
  if let chunk { options.chunk = chunk }
  let session = try Session(model, options)
  #expect(largestDifference(try session.prefillAll(tokens), try reference.tensor("logits").floats()) < 1e-3)
  #expect(session.notes.isEmpty)
  session.reset()
  var parameters = GenerateParameters()
  parameters.maxTokens = 16
  parameters.stopsAtEnd = false
  #expect(try session.generate(tokens, parameters).tokens == (try reference.integers("greedy")))
}
