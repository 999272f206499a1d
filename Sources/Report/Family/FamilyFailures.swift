internal import Records

/// The candidates of a family that were not timed, with their status and reason.
enum FamilyFailures {
  static func blocks(_ problems: [ProblemFindings]) -> [Block] {
    let failed = problems.flatMap { problem in problem.candidates.filter { $0.status != .correct } }
    guard !failed.isEmpty else { return [] }
    let counts = CandidateStatus.allCases.compactMap { status -> String? in
      let count = failed.count { $0.status == status }
      return count > 0 ? "\(count) \(status.rawValue)" : nil
    }
    return [.folded(title: "Not timed: \(Words.list(counts))", [.table(table(failed))])]
  }

  /// Candidates that fail alike on several problems share a row.
  private static func table(_ failed: [CandidateResult]) -> Table {
    struct Kind: Hashable {
      let variant: String
      let status: CandidateStatus
      let reason: String
    }
    var order: [Kind] = []
    var results: [Kind: [CandidateResult]] = [:]
    for result in failed {
      let kind = Kind(variant: result.label, status: result.status, reason: result.reason ?? "no reason recorded")
      if results[kind] == nil { order.append(kind) }
      results[kind, default: []].append(result)
    }
    return Table(
      columns: [
        Table.Column("Candidate"), Table.Column("Status"), Table.Column("Reason"), Table.Column("Times", .count),
        Table.Column("First on"),
      ],
      rows: order.map { kind in
        let all = results[kind] ?? []
        return Table.Row(cells: [
          .code(kind.variant), .text(kind.status.rawValue), .text(kind.reason), .number(Double(all.count)),
          .code(all.first.map { "\($0.problem.name), \($0.configuration)" } ?? ""),
        ])
      })
  }
}
