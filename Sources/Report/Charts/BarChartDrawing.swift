/// A bar chart as a table that a screen reader can read: a row for each bar, with its label, the bar itself, and its figures.
struct BarChartDrawing {
  private let chart: BarChart
  private let strip: Strip
  private let ticks: [Double]
  /// Whether some bars are not highlighted; where all are, bold type would set nothing apart.
  private let hasOthers: Bool

  init(_ chart: BarChart) {
    var chart = chart
    chart.groups = chart.groups.map { group in
      BarChart.Group(title: group.title, bars: group.bars.filter(\.value.isFinite))
    }.filter { !$0.bars.isEmpty }
    self.chart = chart
    let bars = chart.groups.flatMap(\.bars)
    hasOthers = bars.contains { !$0.highlighted }
    let values = bars.flatMap { [$0.value, $0.high, $0.roof?.value].compactMap { $0 } }.filter(\.isFinite)
    let highest = values.max() ?? 1
    let top = highest > 0 ? highest * 1.03 : 1
    strip = Strip(low: 0, high: top)
    let step = Scale.step(top / 5)
    ticks = (0...max(0, Int(min(top / step, 20)))).map { Double($0) * step }
  }

  var html: String {
    let step = ticks.count > 1 ? ticks[1] : 1
    return PageTemplate.bars.fill([
      "caption": HTMLText.escape(chart.caption), "columns": chart.columns.map(HTMLText.escape),
      "unit": chart.axis == .share ? "" : HTMLText.escape(chart.axis.symbol),
      "groups": chart.groups.map(group), "grid": strip.grid(ticks),
      "axis": strip.axis(ticks) { chart.axis == .share ? chart.axis.text($0) : Scale.text($0, step: step) },
      "failed": absent(chart.absent),
    ])
  }

  /// A list of what is not drawn, inside a list of one so that the template can leave out an empty one.
  private func absent(_ entries: [BarChart.Absent]) -> [[String: Any]] {
    let items = entries.map {
      [
        "label": HTMLText.escape($0.label), "status": HTMLText.escape($0.status), "reason": HTMLText.escape($0.reason),
      ]
    }
    return items.isEmpty ? [] : [["items": items]]
  }

  private func group(_ group: BarChart.Group) -> [String: Any] {
    let common = commonRoof(group)
    return [
      "title": HTMLText.escape(group.title), "roofs": Strip.drawing(roofName(group)),
      "roof": common.map { [Strip.percent(strip.place($0))] } ?? [],
      "columns": chart.columns.map(HTMLText.escape),
      "rows": group.bars.map { row($0, drawsRoof: common == nil) },
    ]
  }

  /// The roof of all bars of a group, which the style sheet then draws; nil where they have different ones.
  private func commonRoof(_ group: BarChart.Group) -> Double? {
    guard let first = group.bars.first?.roof?.value, first.isFinite else { return nil }
    return group.bars.allSatisfy { bar in
      bar.roof.map { strip.place($0.value) == strip.place(first) || abs($0.value / first - 1) < 1e-9 } ?? false
    } ? first : nil
  }

  private func row(_ bar: BarChart.Bar, drawsRoof: Bool) -> [String: Any] {
    var marks = strip.bar(to: bar.value, kind: bar.highlighted ? "bar best" : "bar")
    if drawsRoof, let roof = bar.roof, roof.value.isFinite { marks += strip.line(roof.value, kind: "roof") }
    if let low = bar.low, let high = bar.high, strip.isVisible(low, high) {
      marks += strip.span(low, high, kind: "whisker")
    }
    return [
      "best": bar.highlighted && hasOthers, "label": HTMLText.escape(bar.label), "marks": Strip.drawing(marks),
      "notes": bar.notes.map(HTMLText.escape),
    ]
  }

  /// The name of the group's first roof, above its line.
  private func roofName(_ group: BarChart.Group) -> String {
    guard let roof = group.bars.first?.roof, roof.value.isFinite else { return "" }
    let value = chart.axis == .share ? "" : " \(chart.axis.text(roof.value)) \(chart.axis.symbol)"
    return strip.line(roof.value, kind: "roof")
      + strip.text(roof.name + value, at: roof.value, kind: "roofname")
  }
}
