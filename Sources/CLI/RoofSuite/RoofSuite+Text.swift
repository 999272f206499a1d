internal import Foundation
internal import Kernels
internal import Records

extension RoofSuite.Outcome {
  /// Aligned columns for a terminal.
  var text: String { [heading, table.text, closing].joined(separator: "\n") }

  /// A Markdown table between the machine and the sum of the verdicts.
  var markdown: String { [heading, table.markdown, closing].joined(separator: "\n\n") }

  private var heading: String {
    let identity = machine.identity
    return
      "Roofs on \(identity.name): \(machine.cpuName), \(machine.isa.text), \(machine.allowedCPUs.count) processors allowed, "
      + "\(Date.now.formatted(.iso8601)); cold weights, medians in turns with the roofs."
  }

  private var table: TextTable {
    let columns = [
      "operation", "shape", "threads", "variant", "median", "interval", "figure", "roof", "target", "round trip",
      "verdict",
    ]
    var table = TextTable(columns, left: [0, 1, 3, 5, 7, 10])
    for row in rows { table.add(row.cells) }
    return table
  }

  private var closing: String {
    let counts = RoofVerdict.allCases.map { verdict in
      "\(rows.count { $0.verdict == verdict }) \(verdict.rawValue)"
    }
    return counts.joined(separator: ", ")
  }
}

extension RoofSuiteRow {
  fileprivate var cells: [String] {
    let timing = median.flatMap { median in
      low.flatMap { low in
        high.map { Timing(medianNanoseconds: median, lowNanoseconds: low, highNanoseconds: $0, samples: 1) }
      }
    }
    return [
      operation, "\(n)x\(k)", "\(threads)", variant ?? "-", timing.map { Quantity.time($0.medianNanoseconds) } ?? "-",
      timing.map(Quantity.interval) ?? "-", figure.map(number) ?? "-", roof,
      "\(atMost ? "<=" : ">=") \(number(target))", trips,
      [verdict.rawValue, reason].compactMap { $0 }.joined(separator: ": "),
    ]
  }

  /// A rate with its unit, a ratio, or a share.
  private func number(_ value: Double) -> String {
    if let unit { return "\(Quantity.decimal(value)) \(unit)" }
    return atMost ? "\(Quantity.decimal(value, digits: 2)) x" : Quantity.percent(value, digits: 1)
  }

  private var roof: String {
    guard let against else { return "-" }
    guard let againstValue else { return against }
    if atMost { return "\(against) \(Quantity.time(againstValue))" }
    let unit = Roof.Kind(rawValue: against)?.unit ?? ""
    return "\(against) \(Quantity.decimal(againstValue)) \(unit)"
  }

  private var trips: String {
    guard let before = roundTripBefore, let after = roundTripAfter else { return "-" }
    return "\(Quantity.decimal(before, digits: 0)) / \(Quantity.decimal(after, digits: 0)) ns"
  }
}
