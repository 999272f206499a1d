internal import Records

/// The candidates as comma-separated values: one line each, absent values empty.
enum CandidateCSV {
  static let name = "results.csv"

  private static let columns: [(name: String, value: @Sendable (CandidateResult) -> String?)] = [
    ("problem", { $0.problem.name }),
    ("family", { $0.problem.family.rawValue }),
    ("bits", { $0.problem.format.map { String($0.bits) } }),
    ("group", { $0.problem.format.map { String($0.group) } }),
    ("n", { String($0.problem.n) }),
    ("k", { String($0.problem.k) }),
    ("tokens", { String($0.problem.tokens) }),
    ("variant", { $0.variant }),
    ("revision", { String($0.revision) }),
    ("layout", { $0.layout?.rawValue }),
    ("threads", { String($0.configuration.threads) }),
    ("split", { $0.configuration.split.rawValue }),
    ("unroll", { $0.configuration.stream.map { String($0.unroll) } }),
    ("prefetch", { $0.configuration.stream.map { String($0.prefetch) } }),
    ("status", { $0.status.rawValue }),
    ("reason", { $0.reason }),
    ("median_ns", { number($0.timing?.medianNanoseconds) }),
    ("low_ns", { number($0.timing?.lowNanoseconds) }),
    ("high_ns", { number($0.timing?.highNanoseconds) }),
    ("samples", { $0.timing.map { String($0.samples) } }),
    ("bytes", { number($0.cost.bytes) }),
    ("operations", { number($0.cost.operations) }),
    ("roof", { $0.roof }),
    ("share", { number($0.share) }),
    ("error", { number($0.error) }),
  ]

  static func page(_ candidates: [CandidateResult]) -> String {
    let lines = [columns.map(\.name)] + candidates.map { result in columns.map { field($0.value(result) ?? "") } }
    return lines.map { $0.joined(separator: ",") + "\n" }.joined()
  }

  private static func number(_ value: Double?) -> String? {
    value.flatMap { $0.isFinite ? "\($0)" : nil }
  }

  private static func field(_ text: String) -> String {
    // Unicode scalars, because a carriage return and a newline are one Character.
    guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
