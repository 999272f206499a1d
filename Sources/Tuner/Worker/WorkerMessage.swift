package import Records

/// What the tuner says to a worker, one JSON object a line.
enum WorkerMessage: Codable, Sendable {
  /// The first line: what the worker keeps for all candidates.
  case setup(WorkerSetup)
  case candidate(CandidateRequest)
  /// Candidates of one problem and layout, to be timed in turns.
  case playOff([CandidateRequest])
}

/// What a worker answers, one line for each line it was sent.
enum WorkerReply: Codable, Sendable {
  case ready([CounterAvailability])
  case measured(CandidateMeasurement)
  case playedOff([CandidateMeasurement])
  /// The line was not understood.
  case refused(String)
}

/// The pool of a worker: like that of the engine.
package struct WorkerSetup: Codable, Hashable, Sendable {
  package var threads: Int
  /// Logical CPUs that the threads are bound to, in this order.
  package var cpus: [Int]
  /// The kernel set that OpenBLAS is asked for; nil leaves it to the rule.
  package var openBLASCore: String?
  /// Where the cold copies of packed weights lie.
  package var pages = Pages.huge

  package init(threads: Int, cpus: [Int]) {
    self.threads = threads
    self.cpus = cpus
  }

  /// The same pool with what was chosen for the machine.
  func with(_ choices: MachineChoices) -> WorkerSetup {
    var setup = self
    setup.openBLASCore = choices.openBLAS?.chosen
    setup.pages = choices.packedPages
    return setup
  }
}

/// One candidate to check and to time. Times are in nanoseconds.
package struct CandidateRequest: Codable, Hashable, Sendable {
  package var problem: Problem
  package var variant: String
  package var configuration: Configuration
  /// Time for all samples, and their least and greatest number.
  package var budget: Double
  package var minimumSamples: Int
  package var maximumSamples: Int
  /// A candidate whose calls are slower than this is given up after few samples.
  package var giveUpBeyond: Double?
  /// Memory that is filled with copies of the weights; 0 keeps a single, warm copy.
  package var coldBytes: Int
  package var seed: UInt64
  /// Whether to compare with the reference and not to time.
  package var checkOnly: Bool
  /// Time for the separate counting pass; 0 leaves it out.
  package var counterBudget: Double
  /// Rounds of a play-off.
  package var rounds: Int

  package init(
    problem: Problem, variant: String, configuration: Configuration, budget: Double, minimumSamples: Int = 5,
    maximumSamples: Int = 101, giveUpBeyond: Double? = nil, coldBytes: Int, seed: UInt64, checkOnly: Bool = false,
    counterBudget: Double = 0, rounds: Int = 9
  ) {
    precondition(minimumSamples >= 1 && maximumSamples >= minimumSamples && rounds >= 1)
    self.problem = problem
    self.variant = variant
    self.configuration = configuration
    self.budget = budget
    self.minimumSamples = minimumSamples
    self.maximumSamples = maximumSamples
    self.giveUpBeyond = giveUpBeyond
    self.coldBytes = coldBytes
    self.seed = seed
    self.checkOnly = checkOnly
    self.counterBudget = counterBudget
    self.rounds = rounds
  }
}

/// What became of a request.
package struct CandidateMeasurement: Codable, Hashable, Sendable {
  package var status: CandidateStatus
  package var reason: String?
  /// Nanoseconds of one call; empty where the candidate was not timed.
  package var samples: [Double]
  /// Calls that share a sample.
  package var batch: Int
  /// Disturbed samples that were discarded and taken again.
  package var repeated: Int
  /// The median of each round of a play-off: paired by round over its candidates.
  package var rounds: [Double]?
  package var error: Double?
  package var counters: [String: Double]?

  package init(
    status: CandidateStatus, reason: String? = nil, samples: [Double] = [], batch: Int = 1,
    repeated: Int = 0, rounds: [Double]? = nil, error: Double? = nil, counters: [String: Double]? = nil
  ) {
    self.status = status
    self.reason = reason
    self.samples = samples
    self.batch = batch
    self.repeated = repeated
    self.rounds = rounds
    self.error = error
    self.counters = counters
  }
}
