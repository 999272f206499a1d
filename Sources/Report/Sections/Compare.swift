internal import Records

extension ReportSection {
  /// What changed against another plan beyond the noise, in words.
  static let compare = ReportSection(anchor: "compare", title: "Compared with") { findings in
    guard let other = findings.input.evidence.comparison else {
      return [
        .paragraph([
          .text("No other plan was given. "), .code("ttq report --compare OTHER"),
          .text(" tells what changed beyond the noise; OTHER is a plan, or a folder that holds one."),
        ])
      ]
    }
    guard let plan = findings.input.plan else {
      return [.paragraph([.text("There is no plan here to compare with \(other.name).")])]
    }
    return Comparison(from: other, to: plan).blocks
  }
}

/// Two plans, the other one first.
private struct Comparison {
  let name: String
  let other: Plan
  let plan: Plan
  let difference: PlanDifference

  init(from source: PlanComparisonSource, to plan: Plan) {
    name = source.name
    other = source.plan
    self.plan = plan
    difference = PlanDifference(from: source.plan, to: plan)
  }

  var blocks: [Block] {
    let items = (conditions + [times] + winners + layouts + roofs + rows).map { [Inline.text($0)] }
    return [
      .paragraph([.text("This plan against "), .code(name), .text(", which was made on \(other.context.date).")]),
      .list(items),
    ] + table
  }

  /// What was different about the machine.
  private var conditions: [String] {
    var words: [String] = []
    if other.machine != plan.machine {
      words.append(
        "The machines differ: \(other.machine.name) then, \(plan.machine.name) now; times say little about kernels.")
    }
    let (a, b) = (other.context, plan.context)
    let facts: [(String, String?, String?)] = [
      ("kernel", a.kernel, b.kernel), ("compiler", a.compiler, b.compiler), ("microcode", a.microcode, b.microcode),
      ("OpenBLAS core", a.openBLASCore, b.openBLASCore), ("governor", a.governor, b.governor),
    ]
    for (name, before, after) in facts where before != after {
      words.append("The \(name) is another: \(before ?? "unknown") then, \(after ?? "unknown") now.")
    }
    return words
  }

  private var moved: [(change: PlanDifference.Change, ratio: Double)] {
    difference.changes.compactMap { change in change.ratio.map { (change, $0) } }.sorted { $0.ratio < $1.ratio }
  }

  private var times: String {
    let count = difference.changes.count
    guard count > 0 else { return "The two answer no question in common." }
    let (faster, slower) = (moved.filter { $0.ratio < 1 }, moved.filter { $0.ratio > 1 })
    guard !moved.isEmpty else {
      return
        "Of \(Words.count(count, "question")) that both answer, none changed its time beyond the intervals: no difference."
    }
    func words(_ changes: [(change: PlanDifference.Change, ratio: Double)], _ name: String) -> String? {
      guard let mean = geometricMean(changes.map { $0.ratio < 1 ? 1 / $0.ratio : $0.ratio }) else { return nil }
      return "\(changes.count) became \(name), by \(Unit.ratio.text(mean)) in the geometric mean"
    }
    let parts = [words(faster, "faster"), words(slower, "slower")].compactMap(\.self)
    return "Of \(Words.count(count, "question")) that both answer, \(Words.list(parts)); "
      + "\(count - moved.count) did not change beyond their intervals."
  }

  private var winners: [String] {
    let other = difference.changes.filter { !$0.sameWinner }
    guard !other.isEmpty else { return ["The same variants won everywhere."] }
    let ties = other.count { $0.ratio == nil }
    return [
      "\(Words.count(other.count, "question")) \(other.count == 1 ? "has" : "have") another winner; in \(ties) of them the times do not differ, so the change is chance."
    ]
  }

  private var layouts: [String] {
    difference.layouts.map { before, after in
      "The \(after.n) × \(after.k) matrix in \(after.format), \(Words.threads(after.threads)), lies in \(after.layout.rawValue) now, in \(before.layout.rawValue) then."
    }
  }

  /// Roofs whose intervals do not meet.
  private var roofs: [String] {
    plan.roofs.roofs.compactMap { roof in
      guard let before = other.roofs.roofs.first(where: { $0.kind == roof.kind && $0.threads == roof.threads }),
        let (a, b) = both(before.value, roof.value), a > 0, let highA = before.high, let lowA = before.low,
        let highB = roof.high, let lowB = roof.low, highA < lowB || highB < lowA
      else { return nil }
      return
        "The roof \(RoofName.words(roof.kind)), \(Words.threads(roof.threads)), went from \(Unit.significant(a)) to "
        + "\(Unit.significant(b)) \(roof.kind.unit) (\(Unit.ratio.text(b / a)))."
    }
  }

  private func both(_ a: Double?, _ b: Double?) -> (Double, Double)? {
    guard let a, let b, a.isFinite, b.isFinite else { return nil }
    return (a, b)
  }

  private var rows: [String] {
    [
      difference.added.isEmpty ? nil : "\(Words.count(difference.added.count, "question")) only this plan answers.",
      difference.removed.isEmpty
        ? nil : "\(Words.count(difference.removed.count, "question")) only the other plan answers.",
    ].compactMap(\.self)
  }

  private var table: [Block] {
    guard !moved.isEmpty else { return [] }
    return [
      .table(
        Table(
          columns: [
            Table.Column("Question"), Table.Column("Threads", .count), Table.Column("Then"),
            Table.Column("Median then", .nanoseconds),
            Table.Column("Now"), Table.Column("Median now", .nanoseconds), Table.Column("Now over then", .ratio),
          ],
          rows: moved.map { change, ratio in
            Table.Row(cells: [
              .code(change.after.problem.name), .number(Double(change.after.threads)), .code(change.before.variant),
              .number(change.before.timing.medianNanoseconds), .code(change.after.variant),
              .number(change.after.timing.medianNanoseconds), .number(ratio),
            ])
          }))
    ]
  }
}
