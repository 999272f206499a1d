internal import Records

extension ReportSection {
  /// The source of each variant that won, and the loop in which it spends its time.
  static let code = ReportSection(anchor: "code", title: "The winning code") { findings in
    let code = findings.input.evidence.code
    guard !code.isEmpty else {
      return [.paragraph([.text("No winner's source is known to the program that wrote this report.")])]
    }
    var blocks: [Block] = [
      .paragraph([
        .text(
          "The loop shown of a compiled kernel is the innermost one with the most vector arithmetic in the function, as it lies in the program that wrote this report. "
        ),
        .text(findings.input.evidence.noDisassembly.map { "There is no disassembly: \($0)." } ?? ""),
      ])
    ]
    for family in FamilyName.allCases {
      for entry in code where entry.family == family { blocks += listing(entry) }
    }
    return blocks
  }

  private static func listing(_ entry: WinnerCode) -> [Block] {
    let source: Inline = entry.link.map { .link(Link(title: entry.file, file: $0)) } ?? .code(entry.file)
    let absent = entry.loop.isEmpty ? entry.absent.map { ". No listing: \($0)" } : nil
    let size = entry.loop.isEmpty ? "" : ", a loop of \(Words.count(entry.instructions, "instruction"))"
    let name = entry.symbol.map { [Block.paragraph([.text("The loop in "), .code($0), .text(":")])] } ?? []
    return [
      .folded(
        title: "\(entry.family.rawValue) \(entry.variant): \(entry.summary)\(size)",
        [.paragraph([.text("Source: "), source, .text("\(absent ?? "").")])]
          + (entry.loop.isEmpty ? [] : name + [.listing(entry.loop.joined(separator: "\n"))]),
        anchor: WinnerCode.anchor(entry.family, entry.variant))
    ]
  }
}

extension WinnerCode {
  /// The place of a variant's code in the page.
  static func anchor(_ family: FamilyName, _ variant: String) -> String {
    Anchor.of("code", "\(family.rawValue)/\(variant)")
  }
}
