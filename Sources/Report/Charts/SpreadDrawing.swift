internal import Foundation

/// The samples of each row as fine ticks over the box of their middle half, on one scale around the median.
struct SpreadDrawing {
  private let chart: SpreadChart
  private let strip: Strip
  private let ticks: [Double]

  /// Samples further out than this are drawn at the edge: one stray sample must not flatten the rest.
  private static let widest = 1.5

  init(_ chart: SpreadChart) {
    self.chart = chart
    let all = chart.rows.flatMap(\.samples).filter(\.isFinite).map { min(max($0, 1 / Self.widest), Self.widest) }
    let reach = max(all.map { abs($0 - 1) }.max() ?? 0, 0.01) * 1.04
    strip = Strip(low: 1 - reach, high: 1 + reach)
    let step = Scale.step(reach / 2.5)
    let count = Int(reach / step)
    ticks = (-count...max(count, -count)).map { 1 + Double($0) * step }
  }

  var html: String {
    PageTemplate.spread.fill([
      "caption": HTMLText.escape(chart.caption), "columns": chart.columns.map(HTMLText.escape),
      "rows": chart.rows.map { row in
        [
          "label": HTMLText.escape(row.label), "marks": marks(row), "notes": row.notes.map(HTMLText.escape),
        ] as [String: Any]
      },
      "grid": strip.grid(ticks),
      "axis": strip.axis(ticks) { tick in
        let percent = ((tick - 1) * 1000).rounded() / 10
        return percent == 0 ? "median" : "\(percent > 0 ? "+" : "−")\(Unit.short(abs(percent))) %"
      },
    ])
  }

  private func marks(_ row: SpreadChart.Row) -> String {
    guard row.median > 0, row.lower.isFinite, row.upper.isFinite else { return Strip.drawing("") }
    let box = strip.span(row.lower / row.median, row.upper / row.median, kind: "box")
    let places = row.samples.filter(\.isFinite).map { Int((strip.place($0) * 10).rounded()) }
    let rug = places.map { "M\($0) 3v14" }.joined()
    return Strip.drawing(strip.line(1, kind: "axis") + box)
      + "<svg class=\"over\" aria-hidden=\"true\" viewBox=\"0 0 1000 20\" preserveAspectRatio=\"none\"><path class=\"rug\" d=\"\(rug)\"/></svg>"
  }
}
