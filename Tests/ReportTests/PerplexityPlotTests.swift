import Foundation
import Records
import Report
import Testing

/// The plot of an evaluation.
@Suite struct PerplexityPlotTests {
  private func row(_ method: String, bits: Int?, group: Int = 32, perplexity: Double) -> EvaluationRow {
    EvaluationRow(
      EvaluationCase(text: "a<b.txt", method: method, bits: bits, group: group), tokens: 10, perplexity: perplexity,
      perplexityError: nil, causalPerplexity: perplexity, halfPerplexity: perplexity, meanDivergence: 0,
      highDivergence: 0, agreement: 1, effectiveBits: Double(bits ?? 15) + 32 / Double(group))
  }

  @Test func drawsACurveForEachMethod() throws {
    let rows = [
      row("full", bits: nil, perplexity: 30), row("rtn", bits: 2, perplexity: 1e6), row("rtn", bits: 3, perplexity: 40),
      row("ttq", bits: 2, perplexity: 35), row("ttq", bits: 3, perplexity: 31),
    ]
    let svg = try #require(PerplexityPlot(rows, title: "a<b")).svg
    #expect(svg.components(separatedBy: "<polyline").count == 3 && svg.components(separatedBy: "<circle").count == 5)
    #expect(svg.contains("a&lt;b") && svg.contains("full precision"))
  }

  /// A way is one curve however many group sizes it has: a line for each over the bits, one for each width over the sizes.
  @Test func drawsBothDependences() throws {
    var rows: [EvaluationRow] = []
    for method in ["rtn", "awq"] {
      for (bits, group) in [(2, 32), (2, 64), (2, 128), (3, 32), (3, 64), (3, 128)] {
        rows.append(row(method, bits: bits, group: group, perplexity: 40 - Double(bits) + Double(group) / 32))
      }
    }
    let svg = try #require(PerplexityPlot(rows, title: "")).svg
    #expect(svg.components(separatedBy: "<polyline").count == 2 * (3 + 2) + 1)
    #expect(svg.components(separatedBy: "<circle").count == 13 && svg.contains("<title>awq, 3 bit g128</title>"))
    // Each name once, whatever the number of ways, and none of a way alone.
    #expect(svg.components(separatedBy: ">2 bit g64</text>").count == 2 && !svg.contains("rtn g64"))
    let one = try #require(PerplexityPlot(rows.filter { $0.subject.group == 64 }, title: "")).svg
    #expect(one.contains("rtn g64") && !one.contains(">2 bit g64</text>") && !one.contains("broken lines"))
  }

  @Test func hasNothingToDrawWithoutBits() {
    #expect(PerplexityPlot([row("full", bits: nil, perplexity: 30)], title: "") == nil)
  }
}
