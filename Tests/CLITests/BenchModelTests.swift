import Foundation
import Records
import Testing

/// `ttq bench-model` as a user runs it, on the embedded model: what it prints, not how fast it is.
@Suite struct BenchModelTests {
  private let tool = CommandLineTool()

  @Test func everyEngineHasARowForEachTest() throws {
    let result = try tool.run(
      "bench-model", CommandLineTool.demoModel, "--prompt", "16,40", "--generate", "4", "--depth", "12", "--repeat",
      "2",
      "--method", "full,frozen,ttq", "--prefill", "quantized,exact", "--threads", "1", "--json")
    #expect(result.status == 0, "\(result.errors)")
    let rows = try result.output.split(separator: "\n").map {
      try JSONDecoder().decode(ModelBenchRow.self, from: Data($0.utf8))
    }
    // full, and both others with either prefill, on two prompts and a generation.
    #expect(rows.count == 15)
    #expect(rows.allSatisfy { $0.nanoseconds.count == 2 && $0.tokensPerSecond.allSatisfy { $0 > 0 } })
    for row in rows where row.promptTokens > 0 {
      let parts = try #require(row.parts)
      let shares = [
        parts.statistic, parts.quantize, parts.multiply, parts.attention, parts.rest, parts.firstToken,
      ]
      #expect(abs(shares.reduce(0, +) - 1) < 1e-6)
      #expect((row.overFrozen != nil) == (row.engine == .ttq))
      #expect((row.quantizeOverCopy != nil) == (row.engine == .ttq && row.prefill == "quantized"))
      #expect(row.engine == .ttq || parts.statistic < 0.01)
    }
    #expect(rows.filter { $0.generatedTokens == 4 }.allSatisfy { $0.depth == 12 && $0.readShare ?? 1 > 0 })
  }

  @Test func printsATable() throws {
    let result = try tool.run(
      "bench-model", CommandLineTool.demoModel, "--prompt", "16", "--generate", "0", "--repeat", "1", "--markdown")
    #expect(result.status == 0 && result.output.contains("| pp16 |") && result.output.contains("peak resident"))
  }

  @Test(arguments: [
    ["bench-model"], ["bench-model", ".", "--shapes", "x"], ["bench-model", ".", "--prompt", "0", "--generate", "0"],
    ["bench-model", ".", "--method", "fast"],
  ])
  func answersWrongUsageWith64(arguments: [String]) throws { #expect(try tool.run(arguments).status == 64) }

  @Test func namesShapesThatAreNoSuchModel() throws {
    let result = try tool.run("bench-model", "--shapes", "opt-125m")
    #expect(result.status == 1 && result.errors.contains("opt-125m"))
  }
}
