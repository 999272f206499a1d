internal import ArgumentParser
internal import Kernels
internal import Records

/// Prints a plan's rows, and which of them this build can use.
struct PlanShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print this machine's plan, or that of --plan, and which rows hold in this build.")

  @Argument(help: "Only problems that match this pattern, such as 'qmatmul/*/t1'.")
  var pattern: String?

  @OptionGroup var options: MachineOptions

  func run() throws {
    let (plan, path) = try options.requiredPlan(options.machine())
    let rows = plan.rows.filter { row in pattern.map(row.matches) ?? true }
    guard !rows.isEmpty else { throw CLIError.failed("\(path): no row matches \(pattern ?? "*")") }
    print("plan       \(path): \(plan.rows.count) rows, \(plan.layouts.count) layouts, schema \(plan.schema)")
    print("machine    \(plan.machine.name), \(plan.context.cpuName)")
    print("measured   \(plan.context.date), \(plan.context.kernel), \(plan.context.compiler)")
    print("OpenBLAS   \(Self.text(plan.choices?.openBLAS, or: "kernels as the rule has them"))")
    print("pages      \(Self.text(plan.choices?.pages, or: "huge, by rule"))\n")
    var table = TextTable(
      ["problem", "threads", "layout", "winner", "median", "interval", "of roof", "rigor", "date", "state"],
      left: [0, 2, 3, 7, 8, 9])
    for row in rows {
      table.add([
        row.problem.name, "\(row.threads)", row.layout?.rawValue ?? "-", row.answer,
        Quantity.time(row.timing.medianNanoseconds), Quantity.interval(row.timing),
        row.share.map { Quantity.percent($0) } ?? "-", row.rigor.rawValue, String(row.date.prefix(10)),
        Catalogue.standard.voids(row).map { "void: \($0)" } ?? "holds",
      ])
    }
    print(table.text)
    guard pattern == nil else { return }
    print("")
    for choice in plan.layouts {
      let scores = choice.scores.sorted { $0.value < $1.value }.map { "\($0.key) \(Quantity.time($0.value))" }
      print(
        "layout     \(choice.format) \(choice.n)x\(choice.k), \(Configuration(threads: choice.threads)): \(choice.layout.rawValue) (\(scores.joined(separator: ", ")))"
      )
    }
  }

  private static func text(_ choice: MachineChoice?, or rule: String) -> String {
    guard let choice else { return "\(rule) (not tuned)" }
    let times = choice.ratios.map { "\($0.name) \(Quantity.time(choice.nanoseconds[$0.name] ?? .nan))" }
    return "\(choice.chosen) (\(choice.workload): \(times.joined(separator: ", ")))"
  }
}
