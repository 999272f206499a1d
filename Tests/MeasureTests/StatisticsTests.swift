import Measure
import Records
import Testing

struct StatisticsTests {
  /// Ranks (from 0) of the 95 % interval of a median, as tables of the sign test give them.
  static let tabled: [(count: Int, low: Int, high: Int)] = [
    (1, 0, 0), (2, 0, 1), (5, 0, 4), (6, 0, 5), (8, 0, 7), (9, 1, 7), (10, 1, 8), (15, 3, 11), (20, 5, 14), (25, 7, 17),
    (50, 17, 32), (100, 39, 60),
  ]

  @Test(arguments: tabled)
  func ranksAreThoseOfTheSignTest(count: Int, low: Int, high: Int) {
    #expect(Statistics.medianRanks(count: count) == low...high)
  }

  /// Far beyond where 2^-count leaves the range of Double, the normal approximation is close.
  @Test(arguments: [2_000, 100_000])
  func ranksOfManySamplesFollowTheNormalApproximation(count: Int) {
    let expected = (Double(count) - 1.96 * Double(count).squareRoot()) / 2
    #expect(abs(Double(Statistics.medianRanks(count: count).lowerBound) - expected) <= 2)
  }

  @Test func higherConfidenceIsWider() {
    let usual = Statistics.medianRanks(count: 40)
    let strict = Statistics.medianRanks(count: 40, confidence: 0.999)
    #expect(strict.lowerBound < usual.lowerBound && strict.upperBound > usual.upperBound)
  }

  @Test func medianAndQuantiles() {
    #expect(Statistics.median([3, 1, 2]) == 2)
    #expect(Statistics.median([4, 1, 3, 2]) == 2.5)
    #expect(Statistics.quantile([10, 20, 30, 40, 50], 0) == 10)
    #expect(Statistics.quantile([10, 20, 30, 40, 50], 1) == 50)
    #expect(Statistics.quantile([10, 20, 30, 40, 50], 0.9) == 46)
  }

  @Test func timingOfSamples() {
    let timing = Timing(samples: [9, 1, 2, 8, 3, 7, 4, 6, 5])
    #expect(timing == Timing(medianNanoseconds: 5, lowNanoseconds: 2, highNanoseconds: 8, samples: 9))
    #expect(Timing(samples: [7]).lowNanoseconds == 7)
  }
}
