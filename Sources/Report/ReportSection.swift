internal import Records

/// One section of the report. A new one is a file in `Sections` and a row of `all`.
package struct ReportSection: Sendable {
  /// The word that links lead to.
  package let anchor: String
  package let title: String
  package let blocks: @Sendable (Findings) -> [Block]

  /// The sections in the order of the page: results first, then what they were measured on, then the evidence.
  package static let all: [ReportSection] = [
    .summary, .winners, .rooflines, .families, .counters, .code, .tradeOff, .tuner, .layouts, .machine, .roofs,
    .results,
    .compare, .reproduce,
  ]
}

extension Document {
  /// The report on `input`: every section that has something to say.
  package init(_ input: ReportInput) {
    let findings = Findings(input)
    self.init(
      title: "Kernels tuned for \(input.context.cpuName)",
      subtitle: "\(input.machine.name) · rigor \(input.rigor.rawValue) · \(input.context.date)",
      parts: ReportSection.all.map { section in
        Part(anchor: section.anchor, title: section.title, blocks: section.blocks(findings))
      })
  }
}
