/// What became of a candidate. A failing candidate is recorded, never dropped.
package enum CandidateStatus: String, Codable, Hashable, Sendable, CaseIterable {
  /// Matched the reference and was timed.
  case correct
  /// Differed from the reference beyond the family's tolerance; not timed.
  case wrong
  /// Did not finish in the time a candidate is given.
  case timeout
  /// Needs an instruction set or a library that this machine lacks.
  case unsupported
  /// The problem is outside the variant's declared space.
  case constraint
  /// Ended the worker process.
  case crashed
}
