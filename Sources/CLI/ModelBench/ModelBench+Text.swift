internal import Foundation
internal import Kernels
internal import Records

extension ModelBench.Outcome {
  /// Aligned columns for a terminal.
  func text(_ machine: Machine) -> String { [heading(machine), table.text, closing].joined(separator: "\n") }

  /// A Markdown table between the machine and the memory.
  func markdown(_ machine: Machine) -> String {
    [heading(machine), table.markdown, closing].joined(separator: "\n\n")
  }

  private func heading(_ machine: Machine) -> String {
    "Whole models on \(machine.identity.name): \(machine.cpuName), \(machine.isa.text), \(Date.now.formatted(.iso8601)); "
      + "mean and deviation of \(rows.first?.nanoseconds.count ?? 0) rounds, engines in turns; pp: a prompt, tg: a generation, "
      + "@: positions before."
  }

  private var closing: String {
    let roofs = rows.last.map { row in
      let trip =
        row.roundTripNanoseconds.map { ", core-to-core round trip \(Quantity.decimal($0, digits: 0)) ns" } ?? ""
      return "roofs between the rounds: copy \(rate(row.copyRoof)), DRAM read \(rate(row.readRoof))\(trip)"
    }
    return [roofs, "memory before the roofs: \(memory.text)"].compactMap { $0 }.joined(separator: "\n")
  }

  private func rate(_ value: Double?) -> String { value.map { "\(Quantity.decimal($0)) GB/s" } ?? "n/a" }

  private var table: TextTable {
    var table = TextTable(
      [
        "model", "engine", "prefill", "type", "KV", "threads", "test", "t/s", "+-", "time", "statistic", "quantize",
        "attention", "rest", "over frozen", "over plan", "quantize / copy", "of read roof",
      ], left: [0, 1, 2, 3, 4, 6])
    for row in rows { table.add(row.cells) }
    return table
  }
}

extension ModelBenchRow {
  fileprivate var cells: [String] {
    let test = promptTokens > 0 ? "pp\(promptTokens)" : "tg\(generatedTokens) @ \(depth)"
    let ratio = overFrozen.map { over in
      [over.median, over.low, over.high].map { Quantity.decimal($0, digits: 3) }
    }
    return [
      model, engine.rawValue, prefill, type, cache.rawValue, "\(threads)", test,
      Quantity.decimal(meanTokensPerSecond), Quantity.decimal(tokensPerSecondDeviation),
      Quantity.time(meanNanoseconds),
      parts.map { Quantity.percent($0.statistic, digits: 1) } ?? "-",
      parts.map { Quantity.percent($0.quantize, digits: 1) } ?? "-",
      parts.map { Quantity.percent($0.attention, digits: 1) } ?? "-",
      parts.map { Quantity.percent($0.rest, digits: 1) } ?? "-",
      ratio.map { "\($0[0]) (\($0[1]) to \($0[2]))" } ?? "-",
      plannedNanoseconds.map { Quantity.decimal(meanNanoseconds / $0, digits: 3) } ?? "-",
      quantizeOverCopy.map { Quantity.decimal($0, digits: 2) } ?? "-",
      readShare.map { Quantity.percent($0) } ?? "-",
    ]
  }
}
