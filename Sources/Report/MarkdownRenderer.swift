/// The document as Markdown; charts become bars of characters.
enum MarkdownRenderer {
  private static let barWidth = 40
  private static let longestListing = 30
  /// Points of a series that are listed where none is highlighted.
  private static let listedPoints = 8

  static func page(_ document: Document) -> String {
    let head = "# \(plain(document.title))\n\n\(plain(document.subtitle))\n\n"
    let parts = document.parts.map { part in
      "<a id=\"\(HTMLText.escape(part.anchor))\"></a>\n\n## \(plain(part.title))\n\n\(blocks(part.blocks))"
    }
    return head + parts.joined()
  }

  private static func blocks(_ blocks: [Block]) -> String { blocks.map { block($0) + "\n\n" }.joined() }

  private static func block(_ block: Block) -> String {
    switch block {
    case .heading(let title, let level, let anchor):
      let marks = String(repeating: "#", count: level)
      return "<a id=\"\(HTMLText.escape(anchor))\"></a>\n\n\(marks) \(plain(title))"
    case .paragraph(let inlines): return inlines.map(inline).joined()
    case .list(let items): return items.map { "- \($0.map(inline).joined())" }.joined(separator: "\n")
    case .listing(let text): return listing(text)
    case .facts(let facts): return facts.map { "- **\(plain($0.name))**: \(plain($0.value))" }.joined(separator: "\n")
    case .contents(let links): return links.map { "- \(link($0))" }.joined(separator: "\n")
    case .table(let table): return self.table(table)
    case .records(let table):
      return "\(plain(table.caption)) \(link(Link(title: table.file, file: table.file))) holds them."
    case .spread(let chart): return spread(chart)
    case .chart(let chart): return self.chart(chart)
    case .plot(let plot): return self.plot(plot)
    case .heatMap(let map): return heatMap(map)
    case .figures(let figures):
      return figures.map { "**\(plain($0.value))** \(plain($0.name))" }.joined(separator: " · ")
    case .folded(let title, let inner, let anchor):
      let place = anchor.map { "<a id=\"\(HTMLText.escape($0))\"></a>\n\n" } ?? ""
      return "\(place)**\(plain(title))**\n\n" + blocks(inner)
    }
  }

  /// `text` on one line, with the characters escaped that Markdown or its HTML would read.
  private static func plain(_ text: String) -> String {
    var escaped = ""
    for scalar in oneLine(text).unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\\", "|", "*", "_", "`", "[", "]": escaped += "\\\(scalar)"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  private static func code(_ text: String) -> String {
    let inside = oneLine(text).map { $0 == "`" ? "'" : $0 == "|" ? "\\|" : String($0) }.joined()
    return inside.isEmpty ? "" : "`\(inside)`"
  }

  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  private static func inline(_ inline: Inline) -> String {
    switch inline {
    case .text(let text): plain(text)
    case .code(let text): code(text)
    case .strong(let text): "**\(plain(text))**"
    case .link(let target): link(target)
    }
  }

  private static func link(_ link: Link) -> String {
    switch link.target {
    case .anchor(let anchor): "[\(plain(link.title))](#\(anchor))"
    case .file(let path): "[\(plain(link.title))](<\(path.filter { !"<>\n\r\\".contains($0) })>)"
    }
  }

  /// Lines in a fence that is longer than any within them.
  private static func listing(_ text: String) -> String {
    var fence = "```"
    while text.contains(fence) { fence += "`" }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let shown = lines.prefix(longestListing).joined(separator: "\n")
    let rest = lines.count > longestListing ? "\n... \(lines.count - longestListing) more lines in report.json" : ""
    return "\(fence)text\n\(shown)\(rest)\n\(fence)"
  }

  private static func spread(_ chart: SpreadChart) -> String {
    let head = [[""] + chart.columns, ["---"] + chart.columns.map { _ in "---:" }]
    let rows = chart.rows.map { row in [plain(row.label)] + row.notes.map(plain) }
    return (head + rows).map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n") + "\n\n"
      + plain(chart.caption)
  }

  private static func table(_ table: Table) -> String {
    let head = table.columns.map { plain($0.title) }
    let rule = table.columns.map { $0.unit == .plain ? "---" : "---:" }
    let rows = table.rows.map { row in
      zip(row.cells, table.columns).enumerated().map { index, pair in
        let text = cell(pair.0, pair.1.unit)
        return row.highlighted && index == 0 && !text.isEmpty ? "**\(text)**" : text
      }
    }
    return ([head, rule] + rows).map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
  }

  private static func cell(_ cell: Table.Cell, _ unit: Unit) -> String {
    switch cell {
    case .text(let text): plain(text)
    case .code(let text): code(text)
    case .link(let target): link(target)
    case .number(let value): unit.text(value)
    case .interval(let low, let high): unit.text(low: low, high: high)
    }
  }

  private static func chart(_ chart: BarChart) -> String {
    let bars = chart.groups.flatMap(\.bars).filter(\.value.isFinite)
    let label = bars.map(\.label.count).max() ?? 0
    let top = bars.flatMap { [$0.value, $0.roof?.value ?? 0] }.filter(\.isFinite).max() ?? 0
    let cells = { (value: Double) in
      top > 0 && value.isFinite ? Int((min(max(value / top, 0), 1) * Double(barWidth)).rounded()) : 0
    }
    var lines: [String] = []
    for group in chart.groups {
      lines.append("\(oneLine(group.title)) (\(chart.columns.joined(separator: ", ")))")
      for bar in group.bars where bar.value.isFinite {
        var strip = Array(repeating: Character(" "), count: barWidth + 1)
        for place in 0..<cells(bar.value) { strip[place] = bar.highlighted ? "█" : "▒" }
        if let roof = bar.roof { strip[cells(roof.value)] = "|" }
        let name = oneLine(bar.label)
        let padding = String(repeating: " ", count: max(0, label - name.count))
        lines.append("  \(padding)\(name) \(String(strip)) \(bar.notes.map(oneLine).joined(separator: ", "))")
      }
    }
    let fence = bars.isEmpty ? "" : "```text\n\(lines.joined(separator: "\n"))\n```\n\n"
    let absent = chart.absent.map { "\n- \(code($0.label)) **\(plain($0.status))**: \(plain($0.reason))" }.joined()
    return fence + plain(chart.caption) + (absent.isEmpty ? "" : "\n" + absent)
  }

  /// The highlighted points of each series, or all where none is; the page of HTML draws the others too.
  private static func plot(_ plot: Plot) -> String {
    let rows = plot.series.flatMap { series in
      let chosen = series.points.filter(\.highlighted)
      return (chosen.isEmpty ? few(series.points) : chosen).filter { $0.x.isFinite && $0.y.isFinite }.map { point in
        "| \(plain(series.name)) | \(code(point.label)) | \(Unit.significant(point.x)) | \(Unit.significant(point.y)) |"
      }
    }
    guard !rows.isEmpty else { return plain(plot.caption) }
    let head = ["| | | \(plain(plot.x.title)) | \(plain(plot.y.title)) |", "| --- | --- | ---: | ---: |"]
    let ceilings = plot.ceilings.map(\.name)
    let under = ceilings.isEmpty ? "" : "\n\nCeilings: \(plain(ceilings.joined(separator: "; ")))"
    return (head + rows).joined(separator: "\n") + under + "\n\n" + plain(plot.caption)
  }

  /// Some of `points`, evenly from the first to the last.
  private static func few(_ points: [Plot.Point]) -> [Plot.Point] {
    guard points.count > listedPoints else { return points }
    return (0..<listedPoints).map { points[$0 * (points.count - 1) / (listedPoints - 1)] }
  }

  private static func heatMap(_ map: HeatMap) -> String {
    let head = [[map.corner] + map.columns, ["---"] + map.columns.map { _ in "---:" }]
    let rows = map.rows.map { row in
      [code(row.label)] + row.cells.map { $0.map { Unit.share.text($0) } ?? "" }
    }
    return (head + rows).map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n") + "\n\n"
      + plain(map.caption)
  }
}
