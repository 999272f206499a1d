import Foundation
import Testing

/// `ttq chat` as a script and a terminal use it.
@Suite struct ChatCommandTests {
  private let arguments = ["chat", CommandLineTool.demoModel, "--template", "chatml", "--json", "--ignore-end"]

  private func events(_ output: String) throws -> [[String: Any]] {
    try output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  /// A running chat, with pipes to it and from it.
  private struct Running {
    let process = Process()
    let input = Pipe()
    let output = Pipe()

    init(_ arguments: [String]) throws {
      process.executableURL = CommandLineTool.binary
      process.arguments = arguments
      process.currentDirectoryURL = CommandLineTool.package
      process.standardInput = input
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
    }

    func write(_ line: String) throws { try input.fileHandleForWriting.write(contentsOf: Data("\(line)\n".utf8)) }
  }

  @Test func answersLineByLine() throws {
    let chat = try Running(arguments + ["--max-tokens", "7"])
    for line in ["How is the sea today, and where is the old man?", "", "Then?", "/clear", "Then?"] {
      try chat.write(line)
    }
    try chat.input.fileHandleForWriting.close()
    let output = String(decoding: chat.output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    chat.process.waitUntilExit()
    #expect(chat.process.terminationStatus == 0)
    let events = try events(output)
    let ends = events.filter { $0["event"] as? String == "end" }
    #expect(ends.count == 3 && ends.allSatisfy { $0["stop"] as? String == "length" && $0["tokens"] as? Int == 7 })
    #expect(events.filter { $0["event"] as? String == "token" }.count == 21)
    let first = events.prefix { $0["event"] as? String != "end" }.compactMap {
      $0["event"] as? String == "token" ? $0["text"] as? String : nil
    }
    #expect(first.joined() == ends[0]["text"] as? String)
  }

  /// Ctrl-C in an answer that would go on for long: the answer ends, and the next message has one.
  @Test(.timeLimit(.minutes(1))) func interruptStopsTheAnswerOnly() throws {
    let chat = try Running(arguments + ["--context", "40000", "--method", "full", "--threads", "1"])
    try chat.write("Tell me all of it.")
    let reader = chat.output.fileHandleForReading
    var output = Data()
    while !String(decoding: output, as: UTF8.self).contains("\"token\"") { output += reader.availableData }
    kill(chat.process.processIdentifier, SIGINT)
    while !String(decoding: output, as: UTF8.self).contains("\"interrupted\"") { output += reader.availableData }
    try chat.write("/clear")
    try chat.write("And now?")
    var more = Data()
    while !String(decoding: more, as: UTF8.self).contains("\"token\"") { more += reader.availableData }
    kill(chat.process.processIdentifier, SIGINT)
    try chat.input.fileHandleForWriting.close()
    more += reader.readDataToEndOfFile()
    chat.process.waitUntilExit()
    #expect(chat.process.terminationStatus == 0)
    #expect(String(decoding: more, as: UTF8.self).contains("\"interrupted\""))
  }

  @Test func templatesMustBeKnown() throws {
    let tool = CommandLineTool()
    let without = try tool.run("chat", CommandLineTool.demoModel)
    #expect(without.status == 1 && without.errors.contains("has no chat template; name one of: chatml"))
    let wrong = try tool.run("chat", CommandLineTool.demoModel, "--template", "none")
    #expect(wrong.status == 1 && wrong.errors.contains("no chat template is named none"))
    let folder = try TemporaryFolder()
    for name in ["config.json", "model.safetensors", "tokenizer.json"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/\(name)", withDestinationPath: "\(CommandLineTool.demoModel)/\(name)")
    }
    try Data("{{ messages }}".utf8).write(to: folder.url.appendingPathComponent("chat_template.jinja"))
    let unknown = try tool.run("chat", folder.path)
    #expect(unknown.status == 1 && unknown.errors.contains("is not a known one; name one of: chatml"))
  }

  @Test func runPrintsEvents() throws {
    let result = try CommandLineTool().run(
      "run", CommandLineTool.demoModel, "-p", "The old man sat by the fire and looked at", "--max-tokens", "9",
      "--json",
      "--min-p", "0.05", "--repetition-penalty", "1.1", "--temperature", "0.7", "--ignore-end")
    #expect(result.status == 0)
    let events = try events(result.output)
    #expect(events.filter { $0["event"] as? String == "token" }.count == 9)
    #expect(events.last?["stop"] as? String == "length" && events.last?["first_token_ms"] is Double)
  }
}
