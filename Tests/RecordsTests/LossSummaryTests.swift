import Foundation
import Records
import Testing

/// Standard errors of perplexity.
@Suite struct LossSummaryTests {
  @Test func knownValues() {
    let summary = LossSummary([1, 2, 3])
    #expect(summary.mean == 2 && abs((summary.error ?? 0) - (1.0 / 3).squareRoot()) < 1e-12)
    #expect(abs(summary.perplexity - exp(2)) < 1e-12)
    #expect(LossSummary([1]).error == nil)
  }

  /// A constant gap has no error, however much the windows differ from each other.
  @Test func pairedDifference() {
    let (value, error) = LossSummary.difference([1.5, 2.5, 3.5], [1, 2, 3])
    #expect(abs(value - (exp(2.5) - exp(2))) < 1e-12 && abs(error ?? 1) < 1e-12)
  }

  @Test func alphaIsANumberOrAuto() throws {
    for alpha in [Alpha.auto, .fixed(0.5), .fixed(1)] {
      #expect(try JSONDecoder().decode([Alpha].self, from: JSONEncoder().encode([alpha])) == [alpha])
      #expect(Alpha(text: alpha.description) == alpha)
    }
    for text in ["", "automatic", "-1", "nan", "3"] { #expect(Alpha(text: text) == nil) }
  }
}
