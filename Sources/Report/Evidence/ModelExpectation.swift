package import Records

/// What one model should take by the plan, in one format and thread budget: sums of measured kernels, not a measured model.
package struct ModelExpectation: Hashable, Sendable {
  package var model: String
  package var format: WeightFormat
  package var threads: Int
  package var workload: Workload
  /// Nanoseconds to the first token and of each further one; nil where the plan lacks a row, which `missing` names.
  package var firstToken: Double?
  package var token: Double?
  /// Nanoseconds to the first token where the prompt runs in full precision; nil where products in full precision were not tuned.
  package var exactFirstToken: Double?
  /// The time that the roofs of its kernels allow over the time expected, 0...1.
  package var firstTokenShare: Double?
  package var tokenShare: Double?
  package var missing: String?

  package init(
    model: String, format: WeightFormat, threads: Int, workload: Workload, firstToken: Double? = nil,
    token: Double? = nil, exactFirstToken: Double? = nil, firstTokenShare: Double? = nil, tokenShare: Double? = nil,
    missing: String? = nil
  ) {
    self.model = model
    self.format = format
    self.threads = threads
    self.workload = workload
    self.firstToken = firstToken
    self.token = token
    self.exactFirstToken = exactFirstToken
    self.firstTokenShare = firstTokenShare
    self.tokenShare = tokenShare
    self.missing = missing
  }
}
