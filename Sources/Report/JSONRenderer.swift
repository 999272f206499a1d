/// The document as JSON: numbers unrounded in the unit that stands beside them, null for what is not known.
enum JSONRenderer {
  static func page(_ document: Document) -> String {
    JSONValue.object([
      ("title", .string(document.title)), ("subtitle", .string(document.subtitle)),
      (
        "sections",
        .array(
          document.parts.map { part in
            .object([
              ("name", .string(part.anchor)), ("title", .string(part.title)),
              ("content", .array(part.blocks.map(block))),
            ])
          })
      ),
    ]).text(deep: 7) + "\n"
  }

  private static func block(_ block: Block) -> JSONValue {
    switch block {
    case .heading(let title, let level, let anchor):
      return .object([("heading", .string(title)), ("level", .number(Double(level))), ("name", .string(anchor))])
    case .paragraph(let inlines): return .object([("text", .string(inlines.map(text).joined()))])
    case .list(let items): return .object([("list", .array(items.map { .string($0.map(text).joined()) }))])
    case .listing(let text):
      return .object([("lines", .array(text.split(separator: "\n").map { .string(String($0)) }))])
    case .facts(let facts): return .object([("facts", .object(facts.map { ($0.name, .string($0.value)) }))])
    case .contents(let links):
      return .object([("contents", .array(links.map { .string($0.title) }))])
    case .table(let table): return .object([("table", self.table(table))])
    case .records(let table): return .object([("records", records(table))])
    case .spread(let chart): return .object([("spread", spread(chart))])
    case .chart(let chart): return .object([("chart", self.chart(chart))])
    case .plot(let plot): return .object([("plot", self.plot(plot))])
    case .heatMap(let map): return .object([("heat_map", heatMap(map))])
    case .figures(let figures): return .object([("figures", .object(figures.map { ($0.name, .string($0.value)) }))])
    case .folded(let title, let inner, _):
      return .object([("title", .string(title)), ("content", .array(inner.map(self.block)))])
    }
  }

  private static func text(_ inline: Inline) -> String {
    switch inline {
    case .text(let text), .code(let text), .strong(let text): text
    case .link(let link): link.title
    }
  }

  private static func table(_ table: Table) -> JSONValue {
    let units = table.columns.filter { !$0.unit.symbol.isEmpty }.map { ($0.title, JSONValue.string($0.unit.symbol)) }
    let rows = table.rows.map { row in
      JSONValue.object(zip(table.columns, row.cells).map { column, cell in (column.title, value(cell)) })
    }
    return .object([("units", .object(units)), ("rows", .array(rows))])
  }

  private static func value(_ cell: Table.Cell) -> JSONValue {
    switch cell {
    case .text(let text), .code(let text): text.isEmpty ? .null : .string(text)
    case .link(let link): .string(link.title)
    case .number(let value): .number(value)
    case .interval(let low, let high): .array([.number(low), .number(high)])
    }
  }

  private static func records(_ table: RecordTable) -> JSONValue {
    .object([
      ("caption", .string(table.caption)), ("columns", .array(table.columns.map { .string($0.title) })),
      (
        "rows",
        .array(
          table.rows.map { row in
            .array(
              row.map { value in
                switch value {
                case .text(let text): .string(text)
                case .number(let number): .number(number)
                }
              })
          })
      ),
    ])
  }

  private static func spread(_ chart: SpreadChart) -> JSONValue {
    .object([
      ("caption", .string(chart.caption)), ("unit", .string("ns")),
      (
        "rows",
        .array(
          chart.rows.map { row in
            .object([
              ("label", .string(row.label)), ("median", .number(row.median)), ("lower", .number(row.lower)),
              ("upper", .number(row.upper)), ("notes", .array(row.notes.map { .string($0) })),
            ])
          })
      ),
    ])
  }

  private static func chart(_ chart: BarChart) -> JSONValue {
    let bars = chart.groups.flatMap { group in
      group.bars.map { bar in
        JSONValue.array(
          [
            .string(group.title), .string(bar.label), drawn(bar.value), drawn(bar.low), drawn(bar.high),
            bar.roof.map { .string($0.name) } ?? .null, drawn(bar.roof?.value), .bool(bar.highlighted),
          ] + bar.notes.map { .string($0) })
      }
    }
    let fields = ["group", "label", "value", "low", "high", "roof", "roof value", "winner"] + chart.columns
    let absent = chart.absent.map { absent in
      JSONValue.object([
        ("label", .string(absent.label)), ("status", .string(absent.status)), ("reason", .string(absent.reason)),
      ])
    }
    return .object([
      ("caption", .string(chart.caption)), ("unit", .string(chart.axis.symbol)),
      ("fields", .array(fields.map { .string($0) })),
      ("bars", .array(bars)), ("not_drawn", .array(absent)),
    ])
  }

  private static func plot(_ plot: Plot) -> JSONValue {
    let fields = ["label", "x", "y", "low", "high", "winner"]
    let series = plot.series.map { series in
      let points = series.points.map { point in
        JSONValue.array([
          .string(point.label), drawn(point.x), drawn(point.y), drawn(point.low), drawn(point.high),
          .bool(point.highlighted),
        ])
      }
      return JSONValue.object([("name", .string(series.name)), ("points", .array(points))])
    }
    let ceilings = plot.ceilings.map { ceiling in
      let ends = [ceiling.from, ceiling.to].map { JSONValue.array([.number($0.x), .number($0.y)]) }
      return JSONValue.object([("name", .string(ceiling.name)), ("ends", .array(ends))])
    }
    return .object([
      ("caption", .string(plot.caption)), ("x", .string(plot.x.title)), ("y", .string(plot.y.title)),
      ("fields", .array(fields.map { .string($0) })), ("series", .array(series)), ("ceilings", .array(ceilings)),
    ])
  }

  /// A number that was computed to be drawn: six significant digits; what was measured stands unrounded in the records.
  private static func drawn(_ value: Double?) -> JSONValue {
    .number(value.flatMap { $0.isFinite ? Double(Unit.text($0, digits: 6)) : nil })
  }

  private static func heatMap(_ map: HeatMap) -> JSONValue {
    .object([
      ("caption", .string(map.caption)), ("columns", .array(map.columns.map { .string($0) })),
      ("rows", .object(map.rows.map { row in (row.label, .array(row.cells.map { .number($0) })) })),
    ])
  }
}
