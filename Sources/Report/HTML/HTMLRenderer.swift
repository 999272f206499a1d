/// The document as one self-contained page: style, drawings and script inline, nothing fetched.
enum HTMLRenderer {
  static func page(_ document: Document) -> String {
    let parts = document.parts.map { part in
      PageTemplate.part.fill([
        "anchor": escape(part.anchor), "title": escape(part.title), "blocks": blocks(part.blocks),
      ])
    }
    return PageTemplate.page.fill([
      "title": escape(document.title), "subtitle": escape(document.subtitle), "style": Stylesheet.text,
      "script": PageScript.text, "contents": document.parts.map(contents), "parts": parts.joined(),
    ])
  }

  /// `text` for HTML, with numbers and the per cent sign kept on one line.
  private static func escape(_ text: String) -> String {
    HTMLText.escape(text.replacing(" %", with: "\u{00A0}%"))
  }

  /// A section of the page with, below it, its headings of level 3.
  private static func contents(_ part: Document.Part) -> [String: Any] {
    let inner = part.blocks.compactMap { block -> String? in
      guard case .heading(let title, level: 3, let anchor) = block else { return nil }
      return "<li>\(link(Link(title: title, anchor: anchor)))</li>"
    }
    return [
      "anchor": escape(part.anchor), "title": escape(part.title),
      "inner": inner.isEmpty ? "" : "<ul>\(inner.joined())</ul>",
    ]
  }

  private static func blocks(_ blocks: [Block]) -> String { blocks.map { block($0) + "\n" }.joined() }

  private static func block(_ block: Block) -> String {
    switch block {
    case .heading(let title, let level, let anchor):
      PageTemplate.heading.fill(["level": "\(level)", "anchor": escape(anchor), "title": escape(title)])
    case .paragraph(let inlines): PageTemplate.paragraph.fill(["text": text(inlines)])
    case .list(let items): PageTemplate.list.fill(["items": items.map(text)])
    case .listing(let text): PageTemplate.listing.fill(["text": escape(text)])
    case .facts(let facts):
      PageTemplate.facts.fill(["facts": facts.map { ["name": escape($0.name), "value": escape($0.value)] }])
    case .contents(let links): PageTemplate.contents.fill(["links": links.map(link).joined(separator: " · ")])
    case .table(let table): self.table(table)
    case .records(let table): RecordsDrawing.html(table)
    case .chart(let chart): BarChartDrawing(chart).html
    case .spread(let chart): SpreadDrawing(chart).html
    case .plot(let plot): self.plot(plot)
    case .heatMap(let map): heatMap(map)
    case .folded(let title, let inner, let anchor):
      PageTemplate.folded.fill([
        "title": escape(title), "blocks": blocks(inner), "id": anchor.map { " id=\"\(escape($0))\"" } ?? "",
      ])
    case .figures(let figures):
      PageTemplate.figures.fill([
        "figures": figures.map { ["name": escape($0.name), "value": escape($0.value)] }
      ])
    }
  }

  private static func text(_ inlines: [Inline]) -> String { inlines.map(inline).joined() }

  private static func inline(_ inline: Inline) -> String {
    switch inline {
    case .text(let text): escape(text)
    case .code(let text): "<code>\(escape(text))</code>"
    case .strong(let text): "<strong>\(escape(text))</strong>"
    case .link(let target): link(target)
    }
  }

  private static func link(_ link: Link) -> String {
    switch link.target {
    case .anchor(let anchor): "<a href=\"#\(escape(anchor))\">\(escape(link.title))</a>"
    case .file(let path): "<a href=\"\(escape(path))\">\(escape(link.title))</a>"
    }
  }

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
    return PageTemplate.table.fill([
      "label": escape(table.columns.prefix(3).map(\.title).joined(separator: ", ")),
      "paged": table.rows.count > Table.page,
      // Once for a table which of its columns are numbers: a class on each cell would be a tenth of the page.
      "numeric": numeric.indices.filter { numeric[$0] }.map { "n\($0 + 1)" }.joined(separator: " "),
      "head": table.columns.map { escape($0.title) },
      "rows": table.rows.map { row in
        [
          "best": row.highlighted,
          "cells": zip(row.cells, table.columns).map { ["kind": kind($0), "text": cell($0, $1.unit)] },
        ] as [String: Any]
      },
    ])
  }

  /// Sentences keep the room to be read in, whatever their neighbours take.
  private static func kind(_ cell: Table.Cell) -> String {
    if case .text(let text) = cell, text.count > 30 { return " class=\"long\"" }
    return ""
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

  private static func plot(_ plot: Plot) -> String {
    PageTemplate.plot.fill([
      "far": plot.isSmall ? [] : [PlotDrawing(plot, frame: .far).svg],
      "near": PlotDrawing(plot, frame: plot.isSmall ? .small : .near).svg, "caption": escape(plot.caption),
      "small": plot.isSmall,
    ])
  }

  /// A table whose cells are tinted, so that a screen reader has the numbers.
  private static func heatMap(_ map: HeatMap) -> String {
    PageTemplate.heatMap.fill([
      "caption": escape(map.caption), "corner": escape(map.corner), "columns": map.columns.map(escape),
      "rows": map.rows.map { row in
        [
          "label": escape(row.label),
          "cells": row.cells.map { value -> [String: String] in
            guard let value, value.isFinite else { return ["tint": " class=\"n\"", "text": ""] }
            let tint = Int((min(max(value, 0), 1) * 100).rounded())
            return ["tint": " class=\"n heat\" style=\"--heat:\(tint)%\"", "text": escape(Unit.share.text(value))]
          },
        ] as [String: Any]
      },
    ])
  }
}

extension Table {
  /// Rows that are shown at once where a script can turn pages.
  static let page = 40
}
