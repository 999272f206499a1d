import Foundation
import Testing

/// `ttq run --stats`: what it says of a run on the embedded model.
@Suite struct RunStatisticsTests {
  private let tool = CommandLineTool()

  private func run(_ options: String...) throws -> String {
    let result = try tool.run(
      ["run", CommandLineTool.demoModel, "-p", "The old man sat by the fire and", "--max-tokens", "8", "--stats"]
        + options)
    #expect(result.status == 0, "\(result.errors)")
    return result.errors
  }

  @Test func saysEverything() throws {
    let text = try run()
    for part in ["statistic", "quantize", "multiply", "attention", "rest", "first token", "total", "tokens/s"] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
    #expect(text.contains("5.00 effective bits") && text.contains("break-even"))
    #expect(text.contains("kernel       layout of q4g32") && text.contains("kernel       qmatmul/q4g32/a8/"))
  }

  @Test func staysWithinItsMemory() throws {
    let text = try run("--context", "512")
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("memory") })
    let match = try #require(line.firstMatch(of: /\(([0-9.]+) (B|KiB|MiB|GiB) beyond them\)/))
    let units: [String: Double] = ["B": 1, "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824]
    let count = try #require(Double(match.1))
    let unit = try #require(units[String(match.2)])
    #expect(count * unit <= 200e6, "\(line)")
  }

  @Test func fullPrecisionHasNoBreakEven() throws {
    #expect(try run("--method", "full").contains("break-even   full precision itself"))
  }

  @Test func aSmallContextLeavesNothingToMeasureIn() throws {
    let result = try tool.run("run", CommandLineTool.demoModel, "-p", "The", "--context", "4", "--stats")
    #expect(result.status == 0 && result.errors.contains("break-even   not measured"), "\(result.errors)")
  }
}
