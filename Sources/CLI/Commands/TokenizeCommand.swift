internal import ArgumentParser
internal import Foundation
internal import TTQ

/// Prints token ids.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Print the token ids of a text, one space between; no BOS or EOS, and special tokens read as text.")

  @Argument(
    help:
      "A folder with tokenizer.json, vocab.json and merges.txt, or the tiktoken ranks of Llama 3 in tokenizer.model; or a GGUF file."
  )
  var folder: String

  @Option(help: "The text.")
  var text: String?

  @Option(help: "A UTF-8 file that holds the text.")
  var file: String?

  @Flag(help: "Read special tokens such as <|endoftext|> as tokens, not as text.")
  var special = false

  @Flag(help: "Print how fast the text is tokenized, as the median of seven times, and not the ids.")
  var bench = false

  func validate() throws {
    guard (text == nil) != (file == nil) else { throw ValidationError("expected one of --text TEXT and --file FILE") }
  }

  func run() throws {
    let tokenizer = try Tokenizer(folder: folder)
    let text = try input()
    if bench {
      print(try speed(of: tokenizer, on: text))
    } else {
      let ids = try tokenizer.encode(text, special: special)
      print(ids.map(String.init).joined(separator: " "))
    }
  }

  /// A line such as `8.41 MB/s (1290590 bytes, 289021 tokens, median of 7)`.
  private func speed(of tokenizer: Tokenizer, on text: String) throws -> String {
    let rounds = 7
    var tokens = 0
    let times = try (0..<rounds).map { _ in
      try ContinuousClock().measure { tokens = try tokenizer.encode(text, special: special).count }
    }.sorted()
    let speed = Double(text.utf8.count) / 1e6 / (times[rounds / 2] / .seconds(1))
    return
      "\(Quantity.decimal(speed, digits: 2)) MB/s (\(text.utf8.count) bytes, \(tokens) tokens, median of \(rounds))"
  }

  private func input() throws(CLIError) -> String {
    if let text { return text }
    let path = file ?? ""
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw .invalid("\(path): cannot be read; expected a UTF-8 file")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .invalid("\(path): expected UTF-8, found other bytes")
    }
    return text
  }
}
