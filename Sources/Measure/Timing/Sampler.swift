package import Records

/// Takes samples of workloads on the calling thread: rotating over cold copies, several short calls to a sample, and
/// disturbed samples taken again.
package enum Sampler {
  /// Samples one workload as `plan` says, after an untimed call.
  package static func sample<W: Timeable>(_ workload: W, plan: SamplingPlan) -> Samples {
    let start = MonotonicClock.now()
    var series = Series(workload, plan: plan)
    while series.count < plan.maximum {
      if series.count >= plan.minimum {
        if series.isTooSlow { break }
        if Double(MonotonicClock.now() - start) >= plan.budget { break }
      }
      let wanted = series.count < plan.minimum ? plan.minimum - series.count : plan.maximum - series.count
      series.takeBlock(of: workload, atMost: wanted)
    }
    return series.samples
  }

  /// Samples several workloads side by side, so that a drift of the machine meets all of them alike.
  ///
  /// Each round visits every workload, the first one moving on from round to round; the plan's budget is that of one
  /// workload over all rounds. A round between whose ends the cores were moved is taken again.
  ///
  /// - Parameter placement: a figure that tells where the cores are, asked around each round; nil where nothing can move.
  package static func interleaved(
    _ workloads: [any Timeable], plan: SamplingPlan, rounds: Int = 9, placement: () -> Double? = { nil }
  ) -> Interleaved {
    precondition(rounds >= 1)
    var series = workloads.map { Series($0, plan: plan) }
    var medians = workloads.map { _ in [Double]() }
    let slice = plan.budget / Double(rounds)
    let most = max(plan.maximum / rounds, 1)
    var moved = 0
    var here = placement()
    var round = 0
    while round < rounds {
      let starts = series.map(\.count)
      for place in workloads.indices {
        let index = (round + place) % workloads.count
        let start = MonotonicClock.now()
        repeat {
          series[index].takeBlock(of: workloads[index], atMost: most - (series[index].count - starts[index]))
        } while series[index].count - starts[index] < most && Double(MonotonicClock.now() - start) < slice
      }
      let there = placement()
      let stayed = CorePlacement.same(here, there)
      here = there
      if !stayed, moved < Interleaved.mostMoved {
        moved += 1
        for index in series.indices { series[index].takeBack(to: starts[index]) }
        continue
      }
      for index in series.indices {
        medians[index].append(Statistics.median(Array(series[index].samples.nanoseconds[starts[index]...])))
      }
      round += 1
    }
    return Interleaved(samples: series.map(\.samples), roundMedians: medians, moved: moved)
  }
}

/// What interleaved sampling gave, in the order of the workloads.
package struct Interleaved: Hashable, Sendable {
  package var samples: [Samples]
  /// The median of each round in nanoseconds, one list for each workload: paired over workloads by round.
  package var roundMedians: [[Double]]
  /// Rounds that were taken again because the cores were moved meanwhile.
  package var moved: Int

  /// Rounds that may be taken again; on a host that moves cores all the time those that follow stay as they are.
  static let mostMoved = 4

  package init(samples: [Samples], roundMedians: [[Double]], moved: Int = 0) {
    self.samples = samples
    self.roundMedians = roundMedians
    self.moved = moved
  }
}

extension Samples {
  /// The median of the samples with its interval.
  package var timing: Timing { Timing(samples: nanoseconds) }
}

/// The samples of one workload as they grow.
private struct Series {
  /// Between two looks at the disturbance counts: long against the cost of a look, short against what a disturbance spoils.
  static let blockNanoseconds = 1_000_000.0

  let plan: SamplingPlan
  let copies: Int
  private var copy = 0
  private(set) var samples: Samples

  var count: Int { samples.nanoseconds.count }

  var isTooSlow: Bool { samples.gaveUp }

  /// Calls the workload once for nothing, then finds how many calls make a sample.
  init(_ workload: some Timeable, plan: SamplingPlan) {
    self.plan = plan
    copies = workload.copies
    precondition(copies >= 1)
    samples = Samples(nanoseconds: [], batch: 1, repeated: 0, disturbed: 0, gaveUp: false)
    samples.nanoseconds.reserveCapacity(plan.maximum)
    // One call that is long enough, cold as it was, needs no other to tell so.
    if time(workload) >= max(plan.shortestSample, Self.blockNanoseconds) { return }
    // The first estimate is of one call and mostly the clock's own cost, so it is made better from the batch it gives.
    for _ in 0..<3 {
      let taken = time(workload) * Double(samples.batch)
      if taken >= plan.shortestSample { break }
      let factor = min(plan.shortestSample / max(taken, 1), 100)
      samples.batch = Int((Double(samples.batch) * factor).rounded(.up))
    }
  }

  /// Nanoseconds of one call, over the calls of a sample.
  @inline(__always)
  private mutating func time<W: Timeable>(_ workload: W) -> Double {
    let start = MonotonicClock.now()
    for _ in 0..<samples.batch {
      workload.run(copy: copy)
      copy += 1
      if copy == copies { copy = 0 }
    }
    return Double(MonotonicClock.now() - start) / Double(samples.batch)
  }

  /// Discards the samples after the first `count`, which count as repeated.
  mutating func takeBack(to count: Int) {
    samples.repeated += self.count - count
    samples.nanoseconds.removeLast(self.count - count)
  }

  /// Adds at least one and at most `limit` samples, about a millisecond of them; a disturbed block is taken again while
  /// the plan allows.
  mutating func takeBlock<W: Timeable>(of workload: W, atMost limit: Int) {
    while true {
      let first = count
      let before = Disturbance.now()
      let start = MonotonicClock.now()
      repeat {
        samples.nanoseconds.append(time(workload))
      } while count - first < limit && Double(MonotonicClock.now() - start) < Self.blockNanoseconds

      let taken = count - first
      if Disturbance.now() == before { break }
      if samples.repeated + taken > plan.repeats {
        samples.disturbed += taken
        break
      }
      samples.repeated += taken
      samples.nanoseconds.removeLast(taken)
    }
    if let threshold = plan.giveUpBeyond, count >= plan.minimum, let best = samples.nanoseconds.min() {
      samples.gaveUp = best > threshold
    }
  }
}
