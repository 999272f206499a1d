/// A bar chart as SVG: labels left, bars with whiskers and their roof in the middle, figures in columns right.
struct BarChartDrawing {
  private static let width = 960.0
  private static let rowHeight = 19.0
  private static let barHeight = 10.0
  private static let groupHeight = 24.0
  private static let labelCharacter = 7.0
  private static let noteCharacter = 6.7
  private static let longestLabel = 46

  private let chart: BarChart
  private let top: Double
  private let left: Double
  private let right: Double
  private let noteEnds: [Double]
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
    let label = bars.map { min($0.label.count, Self.longestLabel) }.max() ?? 0
    left = Double(label) * Self.labelCharacter + 14
    let notes = chart.columns.indices.map { column in
      let texts = [chart.columns[column]] + bars.compactMap { column < $0.notes.count ? $0.notes[column] : nil }
      return Double(texts.map { min($0.count, Self.longestLabel) }.max() ?? 0) * Self.noteCharacter + 16
    }
    right = max(left + 120, Self.width - notes.reduce(0, +) - 4)
    var ends: [Double] = []
    for note in notes { ends.append((ends.last ?? right) + note) }
    noteEnds = ends
    let values = bars.flatMap { [$0.value, $0.high, $0.roof?.value].compactMap { $0 } }.filter(\.isFinite)
    let highest = values.max() ?? 1
    top = highest > 0 ? highest * 1.03 : 1
  }

  /// The drawing, or nothing where there is no bar.
  var svg: String {
    guard !chart.groups.isEmpty else { return "" }
    var y = 18.0
    var marks = zip(noteEnds, chart.columns).map { end, title in
      SVG.text(title, x: end, y: 11, kind: "soft", anchor: "end")
    }
    let gridTop = y
    var bars: [String] = []
    for group in chart.groups {
      bars += draw(group, y: y)
      y += Self.groupHeight + Double(group.bars.count) * Self.rowHeight
    }
    y += 4
    marks += axis(from: gridTop, to: y)
    return SVG.drawing(
      width: max(Self.width, noteEnds.last ?? 0), height: y + 22, caption: chart.caption, marks: marks + bars)
  }

  private func x(_ value: Double) -> Double { left + (right - left) * min(max(value / top, 0), 1) }

  private func axis(from start: Double, to end: Double) -> [String] {
    let step = Scale.step(top / 6)
    var marks = [SVG.line(left, end, right, end, kind: "axis")]
    for tick in 0...max(0, Int(top / step)) {
      let value = Double(tick) * step
      marks.append(SVG.line(x(value), start, x(value), end, kind: tick == 0 ? "axis" : "grid"))
      let text = chart.axis == .share ? chart.axis.text(value) : Scale.text(value, step: step)
      marks.append(SVG.text(text, x: x(value), y: end + 15, kind: "soft", anchor: "middle"))
    }
    if chart.axis != .share {
      marks.append(SVG.text(chart.axis.symbol, x: left - 10, y: end + 15, kind: "soft", anchor: "end"))
    }
    return marks
  }

  private func draw(_ group: BarChart.Group, y start: Double) -> [String] {
    var marks = [SVG.text(group.title, x: 0, y: start + 16, kind: "group", anchor: "start")]
    marks += roofs(group, y: start)
    for (row, bar) in group.bars.enumerated() {
      let y = start + Self.groupHeight + Double(row) * Self.rowHeight
      marks += draw(bar, y: y)
    }
    return marks
  }

  /// One line for each run of bars under the same roof; the first one of a group carries its name. Roofs within half a
  /// per cent are one: they come from rounded shares and lie within the width of the line.
  private func roofs(_ group: BarChart.Group, y start: Double) -> [String] {
    var marks: [String] = []
    var row = 0
    while row < group.bars.count {
      guard let roof = group.bars[row].roof, roof.value.isFinite else {
        row += 1
        continue
      }
      let first = row
      while row < group.bars.count, let next = group.bars[row].roof, next.name == roof.name,
        abs(next.value - roof.value) <= roof.value * 0.005
      {
        row += 1
      }
      row = max(row, first + 1)
      let y = start + Self.groupHeight
      let place = x(roof.value)
      let from = first == 0 ? start + 20 : y + Double(first) * Self.rowHeight
      marks.append(SVG.line(place, from, place, y + Double(row) * Self.rowHeight, kind: "roof"))
      guard first == 0 else { continue }
      let anchor = place > (left + right) / 2 ? "end" : "start"
      let value = chart.axis == .share ? "" : " \(chart.axis.text(roof.value)) \(chart.axis.symbol)"
      marks.append(SVG.text(roof.name + value, x: place, y: start + 16, kind: "roofname", anchor: anchor))
    }
    return marks
  }

  private func draw(_ bar: BarChart.Bar, y: Double) -> [String] {
    let middle = y + Self.rowHeight / 2
    let baseline = middle + 4
    let emphasis = bar.highlighted && hasOthers ? "won" : ""
    var marks = [
      SVG.text(Self.short(bar.label), x: left - 10, y: baseline, kind: "label \(emphasis)", anchor: "end"),
      SVG.rectangle(
        x: left, y: middle - Self.barHeight / 2, width: max(0.75, x(bar.value) - left), height: Self.barHeight,
        kind: bar.highlighted ? "bar best" : "bar", name: bar.label),
    ]
    if let low = bar.low, let high = bar.high, low.isFinite, high.isFinite {
      let (a, b) = (SVG.round(x(low)), SVG.round(x(high)))
      let (up, down) = (SVG.round(middle - 3), SVG.round(middle + 3))
      marks.append(
        "<path class=\"whisker\" d=\"M\(a) \(up)V\(down)M\(a) \(SVG.round(middle))H\(b)M\(b) \(up)V\(down)\"/>")
    }
    for (note, end) in zip(bar.notes, noteEnds) {
      marks.append(
        SVG.text(Self.short(note), x: end, y: baseline, kind: emphasis, anchor: "end"))
    }
    return marks
  }

  private static func short(_ text: String) -> String {
    text.count > longestLabel ? text.prefix(longestLabel - 1) + "…" : text
  }
}
