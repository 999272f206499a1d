/// What distinguishes two plans, question by question.
package struct PlanDifference: Sendable {
  /// Two answers to the same question.
  package struct Change: Hashable, Sendable {
    package let before: PlanRow
    package let after: PlanRow

    /// Whether the same variant won in the same configuration.
    package var sameWinner: Bool {
      before.variant == after.variant && before.revision == after.revision
        && before.configuration == after.configuration
    }

    /// Time after over time before; nil where the intervals of the two overlap, which is no difference.
    package var ratio: Double? {
      let apart =
        before.timing.highNanoseconds < after.timing.lowNanoseconds
        || after.timing.highNanoseconds < before.timing.lowNanoseconds
      return apart && before.timing.medianNanoseconds > 0
        ? after.timing.medianNanoseconds / before.timing.medianNanoseconds : nil
    }
  }

  /// Rows that only the first, and only the second plan has.
  package let removed: [PlanRow]
  package let added: [PlanRow]
  /// Questions that both answer, in the order of the second.
  package let changes: [Change]
  /// Matrices that lie in another layout.
  package let layouts: [(before: LayoutChoice, after: LayoutChoice)]

  package init(from first: Plan, to second: Plan) {
    let before = Dictionary(first.rows.map { ($0.key, $0) }) { $1 }
    let after = Set(second.rows.map(\.key))
    removed = first.rows.filter { !after.contains($0.key) }
    added = second.rows.filter { before[$0.key] == nil }
    changes = second.rows.compactMap { row in before[row.key].map { Change(before: $0, after: row) } }
    layouts = second.layouts.compactMap { choice in
      first.layouts.first { $0.sameQuestion(as: choice) && $0.layout != choice.layout }.map { ($0, choice) }
    }
  }
}
