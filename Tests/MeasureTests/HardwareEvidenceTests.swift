import Measure
import Records
import Testing

/// What hardware counters would add to the search; not seen on real counters.
struct HardwareEvidenceTests {
  private func result(_ nanoseconds: Double?, _ counters: [String: Double]? = nil) -> CandidateResult {
    CandidateResult(
      problem: Problem(family: .statistic, k: 1, tokens: 1), variant: "a", revision: 1, layout: nil,
      configuration: Configuration(threads: 1), status: .correct,
      timing: nanoseconds.map {
        Timing(medianNanoseconds: $0, lowNanoseconds: $0, highNanoseconds: $0, samples: 9)
      }, cost: Cost(bytes: 6400, operations: 1), counters: counters)
  }

  @Test func withoutHardwareTimesAreCompared() {
    #expect([result(10), result(20), result(nil)].comparableNanoseconds == [10, 20, .infinity])
    let software = ["sde:::ttq::bytes": 1.0, "page-faults": 0]
    #expect([result(10, software), result(20, software)].comparableNanoseconds == [10, 20])
    #expect([CandidateResult]().comparableNanoseconds.isEmpty)
  }

  @Test func atASteadyClockTimesAreCompared() {
    #expect([result(10, ["cycles": 30]), result(20, ["cycles": 60.5])].comparableNanoseconds == [10, 20])
  }

  @Test func whereTheClockVariedCyclesAreCompared() {
    // The second ran at half the clock: as many cycles in twice the time.
    let compared = [
      result(10, ["PAPI_TOT_CYC": 30]), result(20, ["cycles": 30]), result(10, ["cycles": 30]),
    ].comparableNanoseconds
    #expect(compared == [10, 10, 10])
    // One that hardware did not count leaves nothing to compare but times.
    #expect([result(10, ["cycles": 30]), result(20)].comparableNanoseconds == [10, 20])
  }

  @Test func missesAreComparedWithTheAnalyticBytes() {
    let cost = Cost(bytes: 6400, operations: 1)
    #expect(HardwareEvidence(["LLC-load-misses": 100, "cache-misses": 7]).traffic(of: cost) == 1)
    #expect(HardwareEvidence(["PAPI_L3_TCM": 50, "LLC-load-misses": 100]).traffic(of: cost) == 0.5)
    #expect(HardwareEvidence(["sde:::ttq::bytes": 6400]).traffic(of: cost) == nil)
    #expect(HardwareEvidence(["cycles": 0]).cycles == nil)
  }
}
