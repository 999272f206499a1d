import Foundation
import TTQ
import Testing

/// Expected ids of real vocabularies.
@Suite struct TokenizerVectorTests {
  /// A folder of vectors with the number of its texts.
  static let folders = [
    "qwen3", "gpt2", "llama2", "llama3", "gpt2/ggml-vocab-gpt-2.gguf", "llama2/ggml-vocab-llama-spm.gguf",
  ]

  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/tokenizers"), arguments: folders)
  func vectors(_ name: String) throws {
    let path = TestData.shared("tokenizers/\(name)")
    let folder = name.hasSuffix(".gguf") ? URL(filePath: path).deletingLastPathComponent().path : path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    let input = try #require(files.first { $0.hasSuffix(".inp") })
    let output = try #require(files.first { $0.hasSuffix(".out") })
    let texts = try TestData.text("\(folder)/\(input)").components(separatedBy: "\n__ggml_vocab_test__\n")
    let lines = try TestData.text("\(folder)/\(output)").components(separatedBy: "\n")
    #expect(texts.count == 47 && lines.count == 47)
    let tokenizer = try Tokenizer(folder: path)
    for (text, line) in zip(texts, lines) {
      let expected = line.split(separator: " ").compactMap { Int($0) }
      let ids = try tokenizer.encode(text)
      #expect(ids == expected, "\(name): \(text.debugDescription)")
      if name != "qwen3" { #expect(tokenizer.decode(ids) == text) }
    }
  }

  /// Tokenizers that have a token for each byte, and whether they compose texts canonically.
  static let complete = [
    ("models/ttq-demo", true), ("models/stories260K", false), ("tokenizers/qwen3", true), ("tokenizers/gpt2", false),
    ("tokenizers/llama2", false), ("tokenizers/llama3", false), ("tokenizers/gpt2/ggml-vocab-gpt-2.gguf", false),
    ("tokenizers/llama2/ggml-vocab-llama-spm.gguf", false),
  ]

  /// Every text, up to composition: seven domains, German, mathematics and code among them.
  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data"), arguments: complete)
  func roundTrip(_ folder: String, composes: Bool) throws {
    let tokenizer = try Tokenizer(folder: TestData.shared(folder))
    let files = try FileManager.default.contentsOfDirectory(atPath: TestData.shared("text"))
      .filter { !$0.hasSuffix(".md") && !$0.hasSuffix(".gz") }
    #expect(files.count >= 8)
    for file in files {
      let original = try TestData.text(TestData.shared("text/\(file)"))
      let text = composes ? original.precomposedStringWithCanonicalMapping : original
      let ids = try tokenizer.encode(original)
      #expect(ids.count < text.utf8.count)
      #expect(tokenizer.decode(ids).utf8.elementsEqual(text.utf8), "\(file)")
    }
  }

  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data"), arguments: complete)
  func streamsTheSameText(_ folder: String, composes: Bool) throws {
    let tokenizer = try Tokenizer(folder: TestData.shared(folder))
    let text = try TestData.text(TestData.shared("text/demo_valid.txt"))
    let ids = try tokenizer.encode(text)
    var stream = tokenizer.stream()
    var streamed = ids.reduce(into: "") { $0 += stream.append($1) }
    streamed += stream.finish()
    #expect(streamed.utf8.elementsEqual(tokenizer.decode(ids).utf8))
  }

  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/models"))
  func characters() throws {
    let tokenizer = try Tokenizer(folder: TestData.shared("models/babyllama-tok105"))
    let text = "Once upon a time, there was a boy."
    let ids = try tokenizer.encode(text)
    #expect(ids.count == text.utf8.count + 1)
    #expect(tokenizer.decode(ids) == text)
    // Letters that it does not have are unknown, and neighbouring ones are one.
    #expect(try tokenizer.encode("a日本b").filter { $0 == 0 }.count == 1)
    #expect(try tokenizer.encode("a", template: true).first == 1)
  }
}
