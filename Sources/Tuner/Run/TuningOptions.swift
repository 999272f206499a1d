internal import Glibc
package import Kernels
package import Records

/// What to tune, how thoroughly, and where the results go.
package struct TuningOptions: Sendable {
  package var shapes: [ModelShape]
  package var format: WeightFormat
  package var activation: ActivationFormat
  package var cache: CacheType
  package var norm: NormOrder
  package var ways: QuantizingWays
  /// Thread counts to try; each gets its own rows in the plan.
  package var threads: [Int]
  package var rigor: Rigor
  /// Seconds for everything, roofs included; nil for no limit.
  package var timeLimit: Double?
  package var workload: Workload
  package var strategy: StrategyRow
  /// What chance in the strategy starts from: the same from sitting to sitting, so that a resumed search goes on.
  package var strategySeed: UInt64 = 1
  /// Shell pattern of the candidates to measure, such as `qmatmul/*/t1/*`; nil for all.
  package var only: String?
  /// The part of the problems to tune; nil for all.
  package var shard: Shard?
  package var planPath: String
  package var journalPath: String
  /// Memory that holds copies of the weights; 0 for warm ones.
  package var coldBytes: Int
  /// Seconds after which a candidate counts as hanging.
  package var candidateTimeout: Double
  /// Seconds for the roofs.
  package var roofBudget: Double
  /// Nanoseconds of sampling that one candidate gets at most.
  package var sampleBudget: Double

  /// Options with the time limit, time-out and roof budget that `rigor` has by default.
  package init(
    shapes: [ModelShape], format: WeightFormat = .q4g32, activation: ActivationFormat = .a8,
    cache: CacheType = .f32, norm: NormOrder = .two, ways: QuantizingWays = QuantizingWays(), threads: [Int],
    rigor: Rigor, workload: Workload = .standard,
    planPath: String, journalPath: String, coldBytes: Int
  ) {
    let effort = Effort(rigor)
    self.shapes = shapes
    self.format = format
    self.activation = activation
    self.cache = cache
    self.norm = norm
    self.ways = ways
    self.threads = Set(threads.map { max(1, $0) }).sorted()
    self.rigor = rigor
    self.timeLimit = effort.timeLimit
    self.workload = workload
    self.strategy = .standard(for: rigor)
    self.planPath = planPath
    self.journalPath = journalPath
    self.coldBytes = coldBytes
    self.candidateTimeout = effort.candidateTimeout
    self.roofBudget = effort.roofBudget
    self.sampleBudget = effort.sampleBudget
  }
}

extension TuningOptions {
  /// Whether the pattern lets a candidate be measured.
  func keeps(_ key: CandidateKey) -> Bool { only.map { unsafe fnmatch($0, key.name, 0) == 0 } ?? true }
}

extension Machine {
  /// Memory for copies of the weights such that each call finds them cold: six times the last-level cache, within a sixteenth of the
  /// memory.
  ///
  /// Caches do not evict in strict order: reading twice the cache round and round was still 17 % faster than DRAM on a Zen 5 with 32 MiB,
  /// four times 3 %, six times not at all.
  package var coldBytes: Int { min(max(lastLevelCacheBytes * 6, 64 << 20), memoryBytes / 16) }
}

/// What a rigor means in samples and seconds.
struct Effort: Sendable {
  /// Nanoseconds of sampling for one candidate that is measured in full; strategies spend shares of it.
  let sampleBudget: Double
  let minimumSamples: Int
  /// Nanoseconds of sampling for one candidate of a play-off, and how many candidates of each thread count take part.
  let playOffBudget: Double
  let finalists: Int
  /// Rounds of a play-off, the worker processes that share them, and those that play as many rounds each where these leave it undecided.
  let rounds: Int
  let processes: Int
  let furtherProcesses: Int
  let maximumSamples: Int
  /// Nanoseconds of the counting pass.
  let counterBudget: Double
  let candidateTimeout: Double
  let roofBudget: Double
  let timeLimit: Double?

  /// The share of a full measurement that tells at least something.
  let leastShare = 1.0 / 32

  init(_ rigor: Rigor) {
    switch rigor {
    case .estimate, .quick:
      sampleBudget = 64e6
      playOffBudget = 12e6
      finalists = 3
      rounds = 9
      processes = 1
      furtherProcesses = 0
      minimumSamples = 5
      maximumSamples = 61
      counterBudget = 1e6
      candidateTimeout = 15
      roofBudget = 4
      timeLimit = 45
    case .measure:
      sampleBudget = 400e6
      playOffBudget = 300e6
      finalists = 4
      rounds = 15
      processes = 5
      furtherProcesses = 5
      minimumSamples = 11
      maximumSamples = 301
      counterBudget = 10e6
      candidateTimeout = 60
      roofBudget = 20
      timeLimit = nil
    case .exhaustive:
      sampleBudget = 400e6
      playOffBudget = 300e6
      finalists = 4
      rounds = 15
      processes = 5
      furtherProcesses = 5
      minimumSamples = 11
      maximumSamples = 61
      counterBudget = 10e6
      candidateTimeout = 60
      roofBudget = 20
      timeLimit = nil
    }
  }
}
