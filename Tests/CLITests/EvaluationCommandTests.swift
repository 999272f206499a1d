import Foundation
import Testing

/// `ttq eval` as a user meets it.
@Suite struct EvaluationCommandTests {
  private let tool = CommandLineTool()
  private let folder: TemporaryFolder
  private let text: String

  init() throws {
    folder = try TemporaryFolder()
    text = "\(folder.path)/text.txt"
    let words = String(repeating: "The old man sat by the fire and told the children of the sea. ", count: 12)
    try words.write(toFile: text, atomically: true, encoding: .utf8)
  }

  private func evaluate(_ arguments: String...) throws -> CommandLineTool.Result {
    try tool.run(
      ["eval", CommandLineTool.demoModel, "--text", text, "--window", "32", "--windows", "2", "--bits", "2,3"]
        + arguments)
  }

  @Test func printsEveryField() throws {
    let result = try evaluate("--json")
    #expect(result.status == 0)
    let fields: Set<String> = [
      "method", "bits", "budget_bits", "group", "side", "rank", "alpha", "search", "skip_first", "bias_correction",
      "calibration",
      "text", "tokens", "ppl", "ppl_se",
      "ppl_causal",
      "ppl_half", "kl_mean", "kl_p99", "top1", "effective_bits",
    ]
    let rows = try result.output.split(separator: "\n").map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
    }
    #expect(rows.map { $0["method"] as? String } == ["full", "rtn", "rtn", "ttq", "ttq"])
    #expect(rows.allSatisfy { Set($0.keys) == fields && $0["tokens"] as? Int == 62 })
  }

  /// Scales and minima in 8 bits have rows of their own, with fewer bits; methods that are frozen by a text keep f16.
  @Test func sideInformation() throws {
    let result = try evaluate("--json", "--method", "rtn,awq,ttq", "--calibration", text, "--side", "f16,8bit")
    #expect(result.status == 0, "\(result.errors)")
    let rows = try result.output.split(separator: "\n").map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
    }
    let sides = rows.filter { $0["bits"] as? Int == 2 }.map { $0["side"] as? String }
    #expect(sides == ["f16", "8bit", "f16", "f16", "8bit"])
    for row in rows {
      let bits = try #require(row["bits"] as? Int)
      let extra = try #require(row["effective_bits"] as? Double) - Double(bits)
      #expect(row["side"] as? String == "f16" ? extra == 1 : extra > 0.5 && extra < 0.7)
    }
  }

  /// A journal cut in the middle of a row loses that row alone, and the numbers come out the same.
  @Test func goesOnAfterAKill() throws {
    let output = "\(folder.path)/table.md"
    let journal = URL(fileURLWithPath: "\(output).journal")
    #expect(try evaluate("--output", output).status == 0)
    let table = try String(contentsOfFile: output, encoding: .utf8)
    let whole = try String(contentsOf: journal, encoding: .utf8)
    #expect(table.split(separator: "\n").count == 8 && whole.split(separator: "\n").count == 5)
    try String(whole.prefix(whole.count / 2)).write(to: journal, atomically: true, encoding: .utf8)
    let resumed = try evaluate("--output", output)
    #expect(resumed.status == 0 && resumed.errors.contains("1 lines are not readable"))
    #expect(try String(contentsOfFile: output, encoding: .utf8) == table)
  }

  @Test func namesWhatIsWrong() throws {
    let absent = try tool.run("eval", CommandLineTool.demoModel, "--text", "\(folder.path)/absent")
    #expect(absent.status == 1 && absent.errors.contains("absent"))
    let long = try tool.run("eval", CommandLineTool.demoModel, "--text", text, "--window", "1000")
    #expect(long.status == 1 && long.errors.contains("text.txt: the text has"))
    #expect(try evaluate("--bits", "6").status == 64)
    #expect(try evaluate("--json", "--markdown").status == 64)
  }
}
