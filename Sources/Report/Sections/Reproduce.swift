internal import Records

extension ReportSection {
  /// The commands, versions and files behind the report.
  static let reproduce = ReportSection(anchor: "reproduce", title: "Reproduce") { findings in
    let input = findings.input
    var facts = [
      Fact(name: "Tuned", value: input.context.date), Fact(name: "Compiler", value: input.context.compiler),
      Fact(name: "System", value: input.context.kernel), Fact(name: "Plan schema", value: "\(Plan.schema)"),
      Fact(name: "Results schema", value: "T4 \(T4Results.version)"),
    ]
    guard let provenance = input.evidence.provenance else {
      return [.facts(facts), .paragraph([.text("Which commands made this report was not handed down to it.")])]
    }
    facts.insert(Fact(name: "Commit of the report", value: provenance.commit ?? "not known: git did not tell"), at: 0)
    let table = Table(
      columns: [Table.Column("File"), Table.Column("What it holds"), Table.Column("Size")],
      rows: provenance.files.map { file in
        Table.Row(cells: [
          .link(Link(title: file.path, file: file.path)), .text(file.title),
          .text(file.bytes.map(Words.bytes) ?? "this report"),
        ])
      })
    return [.facts(facts), .listing(provenance.commands.joined(separator: "\n")), .table(table)]
      + (provenance.absent.isEmpty ? [] : [.list(provenance.absent.map { [.text($0)] })])
  }
}
