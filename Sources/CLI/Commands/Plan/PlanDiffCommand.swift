internal import ArgumentParser
internal import Records

/// Compares two plans, question by question.
struct PlanDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract:
      "Compare two plans: other winners, other times, rows that only one has. Overlapping intervals are no difference.")

  @Argument(help: "The plan before.")
  var before: String

  @Argument(help: "The plan after. (default: this machine's)")
  var after: String?

  @OptionGroup var options: MachineOptions

  func run() throws {
    let first = try Plan(path: before)
    let second = try after.map { try Plan(path: $0) } ?? options.requiredPlan(options.machine()).plan
    if first.machine != second.machine {
      print("note: the first is of \(first.machine.name), the second of \(second.machine.name)")
    }
    let difference = PlanDifference(from: first, to: second)
    let others = difference.changes.filter { !$0.sameWinner }
    if !others.isEmpty {
      var table = TextTable(["problem", "threads", "before", "after", "time", ""], left: [0, 2, 3])
      for change in others { table.add(cells(change)) }
      print("other winners\n\(table.text)\n")
    }
    for (title, rows) in [("only before", difference.removed), ("only after", difference.added)] where !rows.isEmpty {
      print("\(title)")
      for row in rows { print("  \(row.problem.name), \(Configuration(threads: row.threads)): \(row.answer)") }
      print("")
    }
    for (old, new) in difference.layouts {
      print(
        "layout of \(new.format) \(new.n)x\(new.k), \(Configuration(threads: new.threads)): \(old.layout.rawValue) -> \(new.layout.rawValue)"
      )
    }
    let moved = difference.changes.count { $0.sameWinner && $0.ratio != nil }
    print(
      "\(difference.changes.count) common rows: \(others.count) with another winner, \(moved) with the same at another time; \(difference.removed.count) only before, \(difference.added.count) only after"
    )
  }

  private func cells(_ change: PlanDifference.Change) -> [String] {
    let times = [change.before, change.after].map { Quantity.time($0.timing.medianNanoseconds) }
    return [
      change.after.problem.name, "\(change.after.threads)", change.before.answer, change.after.answer,
      times.joined(separator: " -> "), change.ratio.map { "x \(Quantity.decimal($0, digits: 2))" } ?? "no difference",
    ]
  }
}
