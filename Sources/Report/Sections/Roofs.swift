internal import Records

extension ReportSection {
  /// The measured ceilings, one column for each thread count.
  static let roofs = ReportSection(anchor: "roofs", title: "Roofs") { findings in
    let set = findings.input.roofs
    guard !set.roofs.isEmpty else { return [.paragraph([.text("No roof was measured in this run.")])] }
    let threads = Set(set.roofs.map(\.threads)).sorted()
    var columns = [Table.Column("Roof"), Table.Column("Unit")]
    for count in threads {
      columns.append(Table.Column(count == 1 ? "1 thread" : "\(count) threads"))
      columns.append(Table.Column(count == 1 ? "Interval, 1 thread" : "Interval, \(count) threads"))
    }
    let kinds = Roof.Kind.allCases.filter { kind in set.roofs.contains { $0.kind == kind } }
    let rows = kinds.map { kind in
      let figures = threads.flatMap { count -> [Table.Cell] in
        let roof = set.roofs.first { $0.kind == kind && $0.threads == count }
        if let reason = roof?.reason, roof?.value == nil { return [.text("n/a: \(reason)"), .text("")] }
        return [.number(roof?.value), .interval(low: roof?.low, high: roof?.high)]
      }
      return Table.Row(cells: [.text(RoofName.words(kind)), .text(kind.unit)] + figures)
    }
    return [
      .paragraph([.text("Ceilings measured on this machine in this run; every share below is a share of one of them.")]
      ),
      .table(Table(columns: columns, rows: rows)),
      .paragraph(roundTrip(set.roundTripNanoseconds)),
    ]
  }

  private static func roundTrip(_ nanoseconds: Double?) -> [Inline] {
    guard let nanoseconds else { return [.text("Core-to-core round trip: not measured (one core).")] }
    return [
      .text("Core-to-core round trip: "), .strong(Unit.nanoseconds.text(nanoseconds)),
      .text(". Figures for several threads hold for the core placement that this marks."),
    ]
  }
}
