internal import ArgumentParser
internal import Foundation
internal import TTQ

/// Prints token ids.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Print the token ids of a text, one space between; no BOS or EOS, and special tokens read as text.")

  @Argument(help: "A folder with tokenizer.json, or vocab.json and merges.txt.")
  var folder: String

  @Option(help: "The text.")
  var text: String?

  @Option(help: "A UTF-8 file that holds the text.")
  var file: String?

  @Flag(help: "Read special tokens such as <|endoftext|> as tokens, not as text.")
  var special = false

  func validate() throws {
    guard (text == nil) != (file == nil) else { throw ValidationError("expected one of --text TEXT and --file FILE") }
  }

  func run() throws {
    let tokenizer = try Tokenizer(folder: folder)
    let ids = try tokenizer.encode(try input(), special: special)
    print(ids.map(String.init).joined(separator: " "))
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
