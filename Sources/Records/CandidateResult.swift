/// A timed quantity: the median of the samples with a distribution-free 95 % interval of the median, in nanoseconds.
package struct Timing: Codable, Hashable, Sendable {
  package var medianNanoseconds: Double
  package var lowNanoseconds: Double
  package var highNanoseconds: Double
  package var samples: Int

  package init(medianNanoseconds: Double, lowNanoseconds: Double, highNanoseconds: Double, samples: Int) {
    self.medianNanoseconds = medianNanoseconds
    self.lowNanoseconds = lowNanoseconds
    self.highNanoseconds = highNanoseconds
    self.samples = samples
  }
}

/// The analytic cost of one call: what it must move and compute, whatever the variant.
package struct Cost: Codable, Hashable, Sendable {
  /// Bytes read and written at least once.
  package var bytes: Double
  /// Arithmetic operations; a multiply-add counts 2.
  package var operations: Double

  package init(bytes: Double, operations: Double) {
    self.bytes = bytes
    self.operations = operations
  }
}

/// What the measuring of one candidate took.
package struct Expense: Codable, Hashable, Sendable {
  /// Nanoseconds of sampling that it was given.
  package var budget: Double
  /// Nanoseconds in all: operands, check, warming up, sampling, counting.
  package var elapsed: Double
  /// Calls that share a sample.
  package var batch: Int
  /// Disturbed samples that were discarded and taken again.
  package var repeated: Int

  package init(budget: Double, elapsed: Double, batch: Int = 1, repeated: Int = 0) {
    self.budget = budget
    self.elapsed = elapsed
    self.batch = batch
    self.repeated = repeated
  }
}

/// One candidate (problem x variant x configuration) with what was measured of it: a line of the journal, and a bar of
/// the report.
package struct CandidateResult: Codable, Hashable, Sendable {
  package var problem: Problem
  /// The variant's name within its family, such as `a8/avx512vnni_r16x1`.
  package var variant: String
  package var revision: Int
  package var layout: PackedLayout?
  package var configuration: Configuration
  package var status: CandidateStatus
  /// Why the status is not `correct`.
  package var reason: String?
  package var timing: Timing?
  /// Raw samples in nanoseconds, in the order taken.
  package var samples: [Double]
  /// The median of each round of a play-off, paired by round over its contenders; nil where there was none.
  package var rounds: [Double]?
  /// What measuring it took; nil in records of older versions.
  package var expense: Expense?
  package var cost: Cost
  /// Relative norm-wise error against the family's reference; for packing families, the share of differing codes.
  package var error: Double?
  /// The roof that bounds the problem on this machine, its name and the share of it that was reached.
  package var roof: String?
  package var share: Double?
  /// Counter readings of a separate pass, per call; absent counters are in the run's context with their reason.
  package var counters: [String: Double]?

  package init(
    problem: Problem, variant: String, revision: Int, layout: PackedLayout?, configuration: Configuration,
    status: CandidateStatus, reason: String? = nil, timing: Timing? = nil, samples: [Double] = [],
    rounds: [Double]? = nil, expense: Expense? = nil, cost: Cost, error: Double? = nil, roof: String? = nil,
    share: Double? = nil, counters: [String: Double]? = nil
  ) {
    self.problem = problem
    self.variant = variant
    self.revision = revision
    self.layout = layout
    self.configuration = configuration
    self.status = status
    self.reason = reason
    self.timing = timing
    self.samples = samples
    self.rounds = rounds
    self.expense = expense
    self.cost = cost
    self.error = error
    self.roof = roof
    self.share = share
    self.counters = counters
  }

  /// What makes two results measurements of the same candidate.
  package var key: CandidateKey {
    CandidateKey(problem: problem, variant: variant, revision: revision, configuration: configuration)
  }
}

/// One point of the whole space: a problem, a revision of a variant, and its configuration.
package struct CandidateKey: Hashable, Sendable {
  package var problem: Problem
  package var variant: String
  package var revision: Int
  package var configuration: Configuration

  package init(problem: Problem, variant: String, revision: Int, configuration: Configuration) {
    self.problem = problem
    self.variant = variant
    self.revision = revision
    self.configuration = configuration
  }

  /// The problem and the variant as one word: `qmatmul/q4g32/a8/3072x1024/t1/a8/avx512vnni_r16x1`.
  package var name: String { "\(problem.name)/\(variant)" }
}
