internal import Records

extension ReportSection {
  /// The packed layouts that were chosen, with the score of each.
  static let layouts = ReportSection(anchor: "layouts", title: "Layouts") { findings in
    let choices = findings.input.plan?.layouts ?? []
    guard !choices.isEmpty else {
      return [.paragraph([.text("No layout was chosen: the plan holds no weight matrix.")])]
    }
    let layouts = Set(choices.flatMap(\.scores.keys)).sorted()
    let columns =
      ["N × K", "Format", "Weights", "Activations"].map { Table.Column($0) }
      + [Table.Column("Threads", .count), Table.Column("Workload"), Table.Column("Chosen")]
      + layouts.map { Table.Column($0, .nanoseconds) } + [Table.Column("Gain", .ratio)]
    let rows = choices.map { choice in
      let cells: [Table.Cell] = [
        .text("\(choice.n) × \(choice.k)"), .code(choice.format.description), .code(choice.element.rawValue),
        .code(choice.activation.rawValue), .number(Double(choice.threads)),
        .text("\(choice.workload.prompt) + \(choice.workload.generate) tokens"), .code(choice.layout.rawValue),
      ]
      return Table.Row(cells: cells + layouts.map { .number(choice.scores[$0]) } + [.number(gain(choice))])
    }
    return [
      .paragraph([
        .text(
          "Weights are packed at run time, and prompt and generation read the same packed weights. So the layout is "),
        .text(
          "chosen first, by the time of the whole workload on the matrix: quantize, the prompt, and every generated "),
        .text("token. The gain is the best other layout's time over the chosen one's."),
      ]),
      .table(Table(columns: columns, rows: rows)),
    ]
  }

  private static func gain(_ choice: LayoutChoice) -> Double? {
    guard let own = choice.scores[choice.layout.rawValue], own > 0 else { return nil }
    return choice.scores.filter { $0.key != choice.layout.rawValue }.values.min().map { $0 / own }
  }
}
