/// The candidates of a journal as the autotuning community's tools read them: the T4 results schema, version 1.0.0
/// (github.com/odgaard/TuningSchema, branch T4; Kernel Tuner carries a copy).
///
/// Times are in milliseconds, as in Kernel Tuner's files; measurements name their unit.
package struct T4Results: Encodable, Sendable {
  package static let version = "1.0.0"

  package let schemaVersion = Self.version
  package let results: [Result]

  /// The last result of every candidate in `entries`, dated by the session it was measured in.
  package init(_ entries: [JournalEntry]) {
    var date: String?
    var dates: [CandidateKey: String] = [:]
    for entry in entries {
      switch entry {
      case .session(let session): date = session.context.date
      case .candidate(let result): dates[result.key] = date
      case .playOff(let results): for result in results { dates[result.key] = date }
      default: break
      }
    }
    results = entries.latestCandidates.map { Result($0, timestamp: dates[$0.key]) }
  }

  private enum CodingKeys: String, CodingKey {
    case results
    case schemaVersion = "schema_version"
  }

  /// One configuration of one problem.
  package struct Result: Encodable, Sendable {
    package let timestamp: String?
    package let configuration: Configuration
    package let objectives = ["time"]
    package let times: Times
    package let invalidity: Invalidity
    /// 1 where the output matched the reference, else 0.
    package let correctness: Double
    package let measurements: [Measurement]

    init(_ result: CandidateResult, timestamp: String?) {
      self.timestamp = timestamp
      configuration = Configuration(result)
      times = Times(runtimes: result.samples.map { $0 / 1e6 })
      invalidity = Invalidity(result.status)
      correctness = result.status == .correct ? 1 : 0
      measurements =
        (result.timing.map {
          [
            Measurement(name: "time", value: $0.medianNanoseconds / 1e6, unit: "ms"),
            Measurement(name: "time_low", value: $0.lowNanoseconds / 1e6, unit: "ms"),
            Measurement(name: "time_high", value: $0.highNanoseconds / 1e6, unit: "ms"),
          ]
        } ?? []) + (result.error.map { [Measurement(name: "error", value: $0, unit: "")] } ?? [])
        + (result.counters ?? [:]).sorted { $0.key < $1.key }.map {
          Measurement(name: $0.key, value: $0.value, unit: "per call")
        }
    }
  }

  /// The point of the space: problem, variant and what else was chosen.
  package struct Configuration: Encodable, Sendable {
    package let problem: String
    package let variant: String
    package let revision: Int
    package let layout: String?
    package let threads: Int
    package let split: String
    /// Absent where the variant walks its weights as it was written to.
    package let unroll: Int?
    package let prefetch: Int?

    init(_ result: CandidateResult) {
      problem = result.problem.name
      variant = result.variant
      revision = result.revision
      layout = result.layout?.rawValue
      threads = result.configuration.threads
      split = result.configuration.split.rawValue
      unroll = result.configuration.stream?.unroll
      prefetch = result.configuration.stream?.prefetch
    }
  }

  /// What the time went to. Nothing is compiled for a candidate here, so that part is left out.
  package struct Times: Encodable, Sendable {
    /// The samples, milliseconds.
    package let runtimes: [Double]
  }

  package struct Measurement: Encodable, Sendable {
    package let name: String
    package let value: Double
    package let unit: String
  }

  /// What a failing configuration failed of, in the schema's words.
  package enum Invalidity: String, Encodable, Sendable, CaseIterable {
    case timeout, compile, runtime, correctness, constraints, correct

    package init(_ status: CandidateStatus) {
      self =
        switch status {
        case .correct: .correct
        case .wrong: .correctness
        case .timeout: .timeout
        case .crashed: .runtime
        case .unsupported, .constraint: .constraints
        }
    }
  }
}
