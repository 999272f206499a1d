import Foundation
import Records
import Report
import Testing

/// The plot of an evaluation.
@Suite struct PerplexityPlotTests {
  private func row(_ method: String, bits: Int?, perplexity: Double) -> EvaluationRow {
    EvaluationRow(
      EvaluationCase(text: "a<b.txt", method: method, bits: bits, group: 32), tokens: 10, perplexity: perplexity,
      perplexityError: nil, causalPerplexity: perplexity, halfPerplexity: perplexity, meanDivergence: 0,
      highDivergence: 0, agreement: 1, effectiveBits: Double(bits ?? 15) + 1)
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

  @Test func hasNothingToDrawWithoutBits() {
    #expect(PerplexityPlot([row("full", bits: nil, perplexity: 30)], title: "") == nil)
  }
}
