package import Records

/// What a report shows beside plan and journal, where it was found; each part may be absent.
package struct ReportEvidence: Sendable {
  /// What each tuned model should take by the plan.
  package var expectations: [ModelExpectation] = []
  /// Every search strategy on a space that was measured in full.
  package var strategies: [StrategyCurve] = []
  /// The file that the space of `strategies` was read from, relative to the report.
  package var strategyRecord: String?
  /// The rows of `ttq eval --json`, by file.
  package var evaluations: [RecordedRows<EvaluationRow>] = []
  /// The rows of `ttq bench-model --json`, by file.
  package var benchmarks: [RecordedRows<ModelBenchRow>] = []
  /// The code of each variant that won.
  package var code: [WinnerCode] = []
  /// Why there is no disassembly; nil where there is.
  package var noDisassembly: String?
  package var provenance: Provenance?
  /// The plan that this one is compared with.
  package var comparison: PlanComparisonSource?

  package init() {}
}

/// Rows that were read from a file beside the report.
package struct RecordedRows<Row: Sendable>: Sendable {
  /// The file, relative to the report.
  package var file: String
  package var rows: [Row]
  /// Lines of the file that were not readable.
  package var unreadable: Int

  package init(file: String, rows: [Row], unreadable: Int) {
    self.file = file
    self.rows = rows
    self.unreadable = unreadable
  }
}

/// What one model should take by the plan, in one format and thread budget: sums of measured kernels, not a measured model.
package struct ModelExpectation: Hashable, Sendable {
  package var model: String
  package var format: WeightFormat
  package var threads: Int
  package var workload: Workload
  /// Nanoseconds to the first token and of each further one; nil where the plan lacks a row, which `missing` names.
  package var firstToken: Double?
  package var token: Double?
  /// The time that the roofs of its kernels allow over the time expected, 0...1.
  package var firstTokenShare: Double?
  package var tokenShare: Double?
  package var missing: String?

  package init(
    model: String, format: WeightFormat, threads: Int, workload: Workload, firstToken: Double? = nil,
    token: Double? = nil, firstTokenShare: Double? = nil, tokenShare: Double? = nil, missing: String? = nil
  ) {
    self.model = model
    self.format = format
    self.threads = threads
    self.workload = workload
    self.firstToken = firstToken
    self.token = token
    self.firstTokenShare = firstTokenShare
    self.tokenShare = tokenShare
    self.missing = missing
  }
}

/// How far a strategy's winners are behind the best of a recorded space, against the time that it took.
package struct StrategyCurve: Hashable, Sendable {
  package struct Moment: Hashable, Sendable {
    /// The share of the time that measuring the whole space took.
    package var fraction: Double
    /// The geometric mean of the regrets, 0.02 for two per cent, and the largest.
    package var mean: Double
    package var worst: Double

    package init(fraction: Double, mean: Double, worst: Double) {
      self.fraction = fraction
      self.mean = mean
      self.worst = worst
    }
  }

  package var strategy: String
  package var isDefault: Bool
  package var points: Int
  package var problems: Int
  package var moments: [Moment]

  package init(strategy: String, isDefault: Bool, points: Int, problems: Int, moments: [Moment]) {
    self.strategy = strategy
    self.isDefault = isDefault
    self.points = points
    self.problems = problems
    self.moments = moments
  }
}

/// The code behind a variant that won.
package struct WinnerCode: Hashable, Sendable {
  package var family: FamilyName
  package var variant: String
  /// What it does, in a few words.
  package var summary: String
  /// The source file within the package, and its path relative to the report where it can be reached from there.
  package var file: String
  package var link: String?
  /// The function that was disassembled.
  package var symbol: String?
  /// The innermost loop that does the work, an instruction a line; empty where `absent` says why.
  package var loop: [String]
  /// Instructions of the whole loop, of which `loop` may hold the beginning.
  package var instructions: Int
  package var absent: String?

  package init(
    family: FamilyName, variant: String, summary: String, file: String, link: String?, symbol: String? = nil,
    loop: [String] = [], instructions: Int = 0, absent: String? = nil
  ) {
    self.family = family
    self.variant = variant
    self.summary = summary
    self.file = file
    self.link = link
    self.symbol = symbol
    self.loop = loop
    self.instructions = instructions
    self.absent = absent
  }
}

/// What is needed to make the report again.
package struct Provenance: Hashable, Sendable {
  package struct File: Hashable, Sendable {
    /// What it holds, in words.
    package var title: String
    /// Relative to the report.
    package var path: String
    package var bytes: Int?

    package init(title: String, path: String, bytes: Int?) {
      self.title = title
      self.path = path
      self.bytes = bytes
    }
  }

  /// The commit of the package that wrote the report, with a word where the tree had changes; nil where git does not tell.
  package var commit: String?
  /// Command lines in the order to run them.
  package var commands: [String]
  package var files: [File]
  /// Things that are not there, and why.
  package var absent: [String]

  package init(commit: String?, commands: [String], files: [File], absent: [String] = []) {
    self.commit = commit
    self.commands = commands
    self.files = files
    self.absent = absent
  }
}

/// Another plan with the name it goes by.
package struct PlanComparisonSource: Hashable, Sendable {
  package var name: String
  package var plan: Plan

  package init(name: String, plan: Plan) {
    self.name = name
    self.plan = plan
  }
}
