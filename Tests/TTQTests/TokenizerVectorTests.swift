import Foundation
import TTQ
import Testing

/// Expected ids of real vocabularies.
@Suite struct TokenizerVectorTests {
  /// A folder of vectors with the number of its texts.
  static let folders = ["qwen3", "gpt2", "llama2"]

  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data/tokenizers"), arguments: folders)
  func vectors(_ name: String) throws {
    let folder = TestData.shared("tokenizers/\(name)")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    let input = try #require(files.first { $0.hasSuffix(".inp") })
    let output = try #require(files.first { $0.hasSuffix(".out") })
    let texts = try TestData.text("\(folder)/\(input)").components(separatedBy: "\n__ggml_vocab_test__\n")
    let lines = try TestData.text("\(folder)/\(output)").components(separatedBy: "\n")
    #expect(texts.count == 47 && lines.count == 47)
    let tokenizer = try Tokenizer(folder: folder)
    for (text, line) in zip(texts, lines) {
      let expected = line.split(separator: " ").compactMap { Int($0) }
      let ids = try tokenizer.encode(text)
      #expect(ids == expected, "\(name): \(text.debugDescription)")
      if name != "qwen3" { #expect(tokenizer.decode(ids) == text) }
    }
  }

  @Test(
    .enabled(if: TestData.hasShared, "needs ../shared/data"),
    arguments: ["models/ttq-demo", "models/stories260K", "tokenizers/qwen3", "tokenizers/gpt2", "tokenizers/llama2"])
  func roundTrip(_ folder: String) throws {
    let tokenizer = try Tokenizer(folder: TestData.shared(folder))
    for file in ["demo_valid.txt", "tinystories_sample.txt"] {
      let text = try TestData.text(TestData.shared("text/\(file)")).precomposedStringWithCanonicalMapping
      let ids = try tokenizer.encode(text)
      #expect(ids.count < text.utf8.count)
      #expect(tokenizer.decode(ids) == text)
      var stream = tokenizer.stream()
      var streamed = ""
      for id in ids { streamed += stream.append(id) }
      streamed += stream.finish()
      #expect(streamed == text)
    }
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
