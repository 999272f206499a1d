/// The document as one self-contained page: style and drawings inline, no script, no network.
enum HTMLRenderer {
  static func page(_ document: Document) -> String {
    let sections = document.parts.map { part in
      "<section id=\"\(escape(part.anchor))\">\n<h2>\(escape(part.title))</h2>\n\(blocks(part.blocks))</section>\n"
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(escape(document.title))</title>
      <style>
      \(Stylesheet.text)
      </style>
      </head>
      <body>
      <nav>\(contents(document))</nav>
      <main>
      <header><h1>\(escape(document.title))</h1><p>\(escape(document.subtitle))</p></header>
      \(sections.joined())</main>
      </body>
      </html>

      """
  }

  /// `text` with the five characters replaced that have a meaning in HTML.
  static func escape(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// The page's sections and, below each, its headings of level 3.
  private static func contents(_ document: Document) -> String {
    let items = document.parts.map { part in
      let inner = part.blocks.compactMap { block -> String? in
        guard case .heading(let title, level: 3, let anchor) = block else { return nil }
        return "<li>\(link(Link(title: title, anchor: anchor)))</li>"
      }
      let list = inner.isEmpty ? "" : "<ul>\(inner.joined())</ul>"
      return "<li>\(link(Link(title: part.title, anchor: part.anchor)))\(list)</li>"
    }
    return "<ul>\(items.joined())</ul>"
  }

  private static func blocks(_ blocks: [Block]) -> String { blocks.map { block($0) + "\n" }.joined() }

  private static func block(_ block: Block) -> String {
    switch block {
    case .heading(let title, let level, let anchor):
      return "<h\(level) id=\"\(escape(anchor))\">\(escape(title))</h\(level)>"
    case .paragraph(let inlines): return "<p>\(inlines.map(inline).joined())</p>"
    case .facts(let facts):
      let rows = facts.map { "<dt>\(escape($0.name))</dt><dd>\(escape($0.value))</dd>" }
      return "<dl>\(rows.joined(separator: "\n"))</dl>"
    case .contents(let links): return "<p class=\"contents\">\(links.map(link).joined(separator: " · "))</p>"
    case .table(let table): return self.table(table)
    case .chart(let chart): return figure(chart)
    case .plot(let plot):
      return "<figure>\n\(PlotDrawing(plot).svg)<figcaption>\(escape(plot.caption))</figcaption></figure>"
    case .heatMap(let map): return heatMap(map)
    case .folded(let title, let inner):
      return "<details><summary>\(escape(title))</summary>\n\(blocks(inner))</details>"
    }
  }

  private static func inline(_ inline: Inline) -> String {
    switch inline {
    case .text(let text): escape(text)
    case .code(let text): "<code>\(escape(text))</code>"
    case .strong(let text): "<strong>\(escape(text))</strong>"
    }
  }

  private static func link(_ link: Link) -> String { "<a href=\"#\(escape(link.anchor))\">\(escape(link.title))</a>" }

  private static func table(_ table: Table) -> String {
    let numeric = table.columns.indices.map { column in
      table.rows.contains { row in
        guard column < row.cells.count else { return false }
        switch row.cells[column] {
        case .number, .interval: return true
        case .text, .code, .link: return false
        }
      }
    }
    let head = zip(table.columns, numeric).map { column, isNumeric in
      "<th\(isNumeric ? " class=\"n\"" : "")>\(escape(column.title))</th>"
    }
    let rows = table.rows.map { row in
      let cells = zip(zip(row.cells, table.columns), numeric).map { pair, isNumeric in
        "<td\(kind(pair.0, isNumeric))>\(cell(pair.0, pair.1.unit))</td>"
      }
      return "<tr\(row.highlighted ? " class=\"best\"" : "")>\(cells.joined())</tr>"
    }
    return """
      <div class="wide"><table>
      <thead><tr>\(head.joined())</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table></div>
      """
  }

  /// Numbers stand right; sentences keep the room to be read in, whatever their neighbours take.
  private static func kind(_ cell: Table.Cell, _ isNumeric: Bool) -> String {
    if case .text(let text) = cell, text.count > 24 { return " class=\"long\"" }
    return isNumeric ? " class=\"n\"" : ""
  }

  private static func cell(_ cell: Table.Cell, _ unit: Unit) -> String {
    switch cell {
    case .text(let text): escape(text)
    case .code(let text): "<code>\(escape(text))</code>"
    case .link(let target): link(target)
    case .number(let value): escape(unit.text(value))
    case .interval(let low, let high): escape(unit.text(low: low, high: high))
    }
  }

  private static func figure(_ chart: BarChart) -> String {
    let absent = chart.absent.map {
      "<li><code>\(escape($0.label))</code> <b>\(escape($0.status))</b>: \(escape($0.reason))</li>"
    }
    let list = absent.isEmpty ? "" : "\n<ul class=\"absent\">\(absent.joined(separator: "\n"))</ul>"
    return "<figure>\n\(BarChartDrawing(chart).svg)<figcaption>\(escape(chart.caption))</figcaption>\(list)</figure>"
  }

  /// A table whose cells are tinted, so that a screen reader has the numbers.
  private static func heatMap(_ map: HeatMap) -> String {
    let head = map.columns.map { "<th class=\"n\">\(escape($0))</th>" }
    let rows = map.rows.map { row in
      let cells = row.cells.map { value -> String in
        guard let value, value.isFinite else { return "<td class=\"n\"></td>" }
        let tint = Int((min(max(value, 0), 1) * 100).rounded())
        return "<td class=\"n heat\" style=\"--heat:\(tint)%\">\(escape(Unit.share.text(value)))</td>"
      }
      return "<tr><td><code>\(escape(row.label))</code></td>\(cells.joined())</tr>"
    }
    return """
      <figure><table>
      <thead><tr><th>\(escape(map.corner))</th>\(head.joined())</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table><figcaption>\(escape(map.caption))</figcaption></figure>
      """
  }
}
