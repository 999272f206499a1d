import Measure
import Records
import Synchronization
import Testing

/// Notes the order of its calls, and works for as long as it is told.
private final class Probe: Timeable {
  let copies: Int
  let nanoseconds: UInt64
  private(set) var order: [Int] = []

  init(copies: Int, nanoseconds: UInt64 = 0) {
    self.copies = copies
    self.nanoseconds = nanoseconds
    order.reserveCapacity(1 << 16)
  }

  func run(copy: Int) {
    order.append(copy)
    let start = MonotonicClock.now()
    while MonotonicClock.now() - start < nanoseconds {}
  }
}

struct SamplerTests {
  @Test func clockMovesForward() {
    let precision = MonotonicClock.precision()
    #expect(precision.resolution > 0 && precision.overhead > 0)
    let first = MonotonicClock.now()
    #expect(MonotonicClock.now() >= first)
  }

  @Test func callsRotateOverCopies() {
    let probe = Probe(copies: 3)
    _ = Sampler.sample(probe, plan: SamplingPlan(budget: 1e6, minimum: 5, maximum: 20))
    #expect(probe.order.count > 20)
    #expect(probe.order.enumerated().allSatisfy { $0.element == $0.offset % 3 })
  }

  @Test func shortCallsShareASample() {
    let short = Sampler.sample(Probe(copies: 1), plan: SamplingPlan(budget: 1e6, minimum: 5, maximum: 20))
    #expect(short.batch > 1)
    let long = Sampler.sample(
      Probe(copies: 1, nanoseconds: 50_000), plan: SamplingPlan(budget: 1e6, minimum: 5, maximum: 20))
    #expect(long.batch == 1)
    #expect(long.nanoseconds.allSatisfy { $0 >= 50_000 })
    #expect(long.timing.samples == long.nanoseconds.count)
  }

  @Test func minimumIsTakenAndMaximumKept() {
    let starved = Sampler.sample(Probe(copies: 1, nanoseconds: 10_000), plan: SamplingPlan(budget: 0, minimum: 7))
    #expect(starved.nanoseconds.count == 7)
    let capped = Sampler.sample(
      Probe(copies: 1, nanoseconds: 10_000), plan: SamplingPlan(budget: 1e12, minimum: 2, maximum: 30))
    #expect(capped.nanoseconds.count == 30)
    #expect(!capped.gaveUp)
  }

  @Test func slowWorkloadIsGivenUpAfterTheMinimum() {
    let plan = SamplingPlan(budget: 1e12, minimum: 3, maximum: 1000, giveUpBeyond: 1000)
    let samples = Sampler.sample(Probe(copies: 1, nanoseconds: 100_000), plan: plan)
    #expect(samples.gaveUp)
    #expect(samples.nanoseconds.count == 3)
  }

  @Test func repeatsAreBounded() {
    let plan = SamplingPlan(budget: 1e7, minimum: 5, maximum: 50, repeats: 4)
    let samples = Sampler.sample(Probe(copies: 1, nanoseconds: 100_000), plan: plan)
    #expect(samples.repeated <= 4)
    #expect(samples.disturbed <= samples.nanoseconds.count)
  }

  @Test func interleavingVisitsAllInEachRound() {
    let probes = [Probe(copies: 2), Probe(copies: 1, nanoseconds: 20_000)]
    let plan = SamplingPlan(budget: 2e6, minimum: 1, maximum: 90)
    let result = Sampler.interleaved(probes, plan: plan, rounds: 9)
    #expect(result.roundMedians.map(\.count) == [9, 9])
    #expect(result.samples.allSatisfy { (9...90).contains($0.nanoseconds.count) })
    #expect(result.roundMedians[1].allSatisfy { $0 >= 20_000 })
  }
}
