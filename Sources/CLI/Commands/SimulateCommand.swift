internal import ArgumentParser
internal import Foundation
internal import Records
internal import Tuner

/// Searches a recorded space again with every strategy, without measuring anything.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Try every search strategy on a space that `ttq tune --rigor exhaustive` recorded, without the machine.",
    discussion:
      "Regret: how much slower a strategy's winners are than the best of the space, over every problem and thread budget."
  )

  @Argument(help: "The journal of an exhaustive tuning.")
  var journal: String

  @Flag(help: "Print one JSON object for each strategy.")
  var json = false

  @Flag(help: "Print Markdown tables: the regret at --fraction of the time, and on the way.")
  var markdown = false

  @Option(help: "The share of the whole space's measuring time that a strategy may take.")
  var fraction = 0.1

  @Option(help: "What chance starts from.")
  var seed: UInt64 = 1

  /// The answers that are listed at most.
  private static let losing = 5
  /// The moments at which a curve is printed.
  private static let moments = [0, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1]

  func validate() throws {
    guard fraction > 0, fraction <= 1 else {
      throw ValidationError("--fraction: expected more than 0 and at most 1, found \(fraction)")
    }
    guard !(json && markdown) else { throw ValidationError("expected either --json or --markdown") }
  }

  func run() throws {
    guard FileManager.default.fileExists(atPath: journal) else { throw CLIError.notFound(journal, tried: [journal]) }
    let (entries, unreadable) = try Journal(path: journal).read()
    if unreadable > 0 { note("\(journal): \(unreadable) lines are not readable and were left out") }
    let recorded = RecordedSpace(entries)
    guard !recorded.results.isEmpty else {
      throw CLIError.failed("\(journal): expected candidates with what measuring them took, found none")
    }
    let simulation = Simulation(recorded, seed: seed)
    let outcomes = StrategyRow.all.map { simulation.run($0, limit: fraction) }
    if json {
      for outcome in outcomes {
        print(String(decoding: try RecordFile.encode(outcome, compact: true), as: UTF8.self), terminator: "")
      }
      return
    }
    let seconds = Quantity.decimal(recorded.elapsed / 1e9, digits: 0)
    print(
      "\(recorded.results.count) points over \(outcomes.first?.problems ?? 0) problems, measured in \(seconds) s; each strategy stops at its end or at \(Quantity.percent(fraction)) of that\n"
    )
    let summary = summary(outcomes)
    let curves = curves(StrategyRow.all.map { simulation.run($0) })
    print(markdown ? summary.markdown : summary.text)
    if let outcome = outcomes.first(where: \.isDefault) {
      let loss = Self.percent(SimulationOutcome.loss)
      print("\nof the default's \(outcome.answers) answers \(outcome.losing.count) lose more than \(loss)")
      for answer in outcome.losing.prefix(Self.losing) {
        let best = "\(answer.best) with \(Quantity.decimal(answer.bestNanoseconds / 1e3, digits: 1)) us"
        print("- \(answer.chosen): \(Self.percent(answer.regret)) slower than \(best)")
      }
    }
    print("\nregret, mean and worst, after a share of the time without a limit\n")
    print(markdown ? curves.markdown : curves.text)
  }

  private func summary(_ outcomes: [SimulationOutcome]) -> TextTable {
    var table = TextTable(["strategy", "regret mean", "regret worst", "share of the time", ""], left: [0, 4])
    for outcome in outcomes {
      table.add([
        outcome.strategy, Self.percent(outcome.regret.mean), Self.percent(outcome.regret.worst),
        Self.percent(outcome.fraction), outcome.isDefault ? "default" : "",
      ])
    }
    return table
  }

  private func curves(_ outcomes: [SimulationOutcome]) -> TextTable {
    var table = TextTable(["time"] + outcomes.map(\.strategy), left: [])
    for moment in Self.moments {
      table.add(
        [Quantity.percent(moment, digits: moment == 0.075 ? 1 : 0)]
          + outcomes.map { outcome in
            guard let regret = outcome.regret(at: moment) else { return "" }
            return "\(Self.percent(regret.mean)), \(Self.percent(regret.worst))"
          })
    }
    return table
  }

  private static func percent(_ share: Double) -> String {
    Quantity.percent(share, digits: share < 0.0995 ? 2 : share < 1 ? 1 : 0)
  }
}
