internal import Foundation

/// A plot as SVG: axes and grid, ceilings, lines, and points that name themselves when pointed at or reached by the keyboard.
package struct PlotDrawing {
  private static let width = 960.0
  private static let height = 420.0
  private static let left = 74.0
  private static let edge = 946.0
  /// Room for the names of level ceilings.
  private static let names = 168.0
  private static let legendRow = 17.0
  private static let legendCharacter = 7.0
  /// Colours that the style sheet has; further series begin again.
  private static let colours = 8

  private let plot: Plot
  private let x: Scale
  private let y: Scale
  private let right: Double
  private let top: Double
  private let bottom: Double
  private let legend: [(name: String, x: Double, y: Double, colour: Int)]

  package init(_ plot: Plot) {
    var plot = plot
    plot.series = plot.series.map { series in
      var series = series
      series.points = series.points.filter { point in
        point.x.isFinite && point.y.isFinite && (!plot.x.isLogarithmic || point.x > 0)
          && (!plot.y.isLogarithmic || point.y > 0)
      }
      return series
    }.filter { !$0.points.isEmpty }
    self.plot = plot
    right = plot.ceilings.contains(where: \.isLevel) ? Self.edge - Self.names : Self.edge
    var places: [(name: String, x: Double, y: Double, colour: Int)] = []
    var (column, row) = (Self.left, 12.0)
    if plot.series.count > 1 {
      for (index, series) in plot.series.enumerated() {
        let room = Double(series.name.count) * Self.legendCharacter + 30
        if column + room > Self.edge, column > Self.left { (column, row) = (Self.left, row + Self.legendRow) }
        places.append((series.name, column, row, index % Self.colours))
        column += room
      }
    }
    legend = places
    top = (places.last?.y ?? 0) + 14
    bottom = top + Self.height - 70
    let points = plot.series.flatMap(\.points)
    x = Self.scale(plot.x, points.map(\.x) + [plot.x.least].compactMap(\.self), from: Self.left, to: right)
    y = Self.scale(
      plot.y, points.map(\.y) + plot.ceilings.filter(\.isLevel).map(\.to.y), from: bottom, to: top)
  }

  private static func scale(_ axis: Plot.Axis, _ values: [Double], from start: Double, to end: Double) -> Scale {
    let shown = values.filter(\.isFinite)
    guard axis.isFree, !axis.isLogarithmic, let low = shown.min(), let high = shown.max(), high > low else {
      return Scale(values, isLogarithmic: axis.isLogarithmic, from: start, to: end)
    }
    let room = (high - low) * 0.06
    return Scale(low: low - room, high: high + room, from: start, to: end)
  }

  /// The drawing, or nothing where there is no point.
  package var svg: String {
    guard !plot.series.isEmpty else { return "" }
    var marks = axes() + legendMarks() + ceilings()
    for (index, series) in plot.series.enumerated() {
      let colour = "s\(index % Self.colours)"
      if series.joined {
        let points = series.points.sorted { $0.x < $1.x }.map { (x: x.place($0.x), y: y.place($0.y)) }
        marks.append(SVG.curve(points, kind: "joint \(colour)"))
      }
    }
    // Highlighted points lie above the others.
    for highlighted in [false, true] {
      for (index, series) in plot.series.enumerated() {
        marks += series.points.filter { $0.highlighted == highlighted }.map {
          draw($0, colour: "s\(index % Self.colours)")
        }
      }
    }
    return SVG.drawing(width: Self.width, height: bottom + 42, caption: plot.caption, marks: marks)
  }

  private func axes() -> [String] {
    var marks: [String] = []
    for tick in x.ticks(binary: plot.x.isBinary) {
      marks.append(SVG.line(x.place(tick), top, x.place(tick), bottom, kind: "grid"))
      marks.append(SVG.text(x.text(tick), x: x.place(tick), y: bottom + 15, kind: "soft", anchor: "middle"))
    }
    for tick in y.ticks(binary: plot.y.isBinary) {
      marks.append(SVG.line(Self.left, y.place(tick), right, y.place(tick), kind: "grid"))
      marks.append(SVG.text(y.text(tick), x: Self.left - 7, y: y.place(tick) + 4, kind: "soft", anchor: "end"))
    }
    marks.append(SVG.line(Self.left, bottom, right, bottom, kind: "axis"))
    marks.append(SVG.line(Self.left, top, Self.left, bottom, kind: "axis"))
    marks.append(
      SVG.text(plot.x.title, x: (Self.left + right) / 2, y: bottom + 34, kind: "soft", anchor: "middle"))
    let middle = (top + bottom) / 2
    marks.append(
      SVG.text(
        plot.y.title, x: 14, y: middle, kind: "soft", anchor: "middle", turn: "rotate(-90 14 \(SVG.round(middle)))"))
    return marks
  }

  private func legendMarks() -> [String] {
    legend.flatMap { entry in
      [
        SVG.disc(x: entry.x + 5, y: entry.y - 4, radius: 4, kind: "dot s\(entry.colour)"),
        SVG.text(entry.name, x: entry.x + 14, y: entry.y, kind: "label", anchor: "start"),
      ]
    }
  }

  /// Each ceiling, cut to the frame: level ones are named right of it, from the top down, slanted ones along their beginning, the
  /// lowest below itself and the others above.
  private func ceilings() -> [String] {
    var lowestName = -Double.infinity
    let descending = plot.ceilings.sorted { $0.to.y > $1.to.y }
    let lowest = descending.last { !$0.isLevel }?.name
    return descending.flatMap { ceiling -> [String] in
      guard let (a, b) = clipped(ceiling) else { return [] }
      let line = SVG.line(a.x, a.y, b.x, b.y, kind: "roof")
      guard ceiling.isLevel else {
        let angle = atan2(b.y - a.y, b.x - a.x) * 180 / .pi
        let turn = "rotate(\(SVG.round(angle)) \(SVG.round(a.x)) \(SVG.round(a.y)))"
        let name = SVG.text(
          ceiling.name, x: a.x + 4, y: a.y + (ceiling.name == lowest ? 13 : -5), kind: "roofname", anchor: "start",
          turn: turn)
        return [line, name]
      }
      lowestName = max(b.y + 4, lowestName + 13)
      return [line, SVG.text(ceiling.name, x: right + 6, y: lowestName, kind: "roofname", anchor: "start")]
    }
  }

  /// The part of a ceiling within the frame, from left to right; nil where there is none.
  private func clipped(_ ceiling: Plot.Ceiling) -> (a: (x: Double, y: Double), b: (x: Double, y: Double))? {
    // In places, where a power law on two logarithmic axes is a straight line.
    func raw(_ point: (x: Double, y: Double)) -> (x: Double, y: Double)? {
      guard point.x.isFinite, point.y.isFinite, !plot.x.isLogarithmic || point.x > 0,
        !plot.y.isLogarithmic || point.y > 0
      else { return nil }
      return (x.unclampedPlace(point.x), y.unclampedPlace(point.y))
    }
    guard var a = raw(ceiling.from), var b = raw(ceiling.to), a.x < b.x else { return nil }
    let slope = (b.y - a.y) / (b.x - a.x)
    if a.x < Self.left { a = (Self.left, a.y + slope * (Self.left - a.x)) }
    if b.x > right { b = (right, b.y + slope * (right - b.x)) }
    if slope < 0 {
      if a.y > bottom { a = (a.x + (bottom - a.y) / slope, bottom) }
      if b.y < top { b = (b.x + (top - b.y) / slope, top) }
    }
    let frame = (top - 0.5)...(bottom + 0.5)
    return a.x < b.x && frame.contains(a.y) && frame.contains(b.y) ? (a, b) : nil
  }

  private func draw(_ point: Plot.Point, colour: String) -> String {
    let place = (x: x.place(point.x), y: y.place(point.y))
    let kind = "\(point.highlighted ? "dot" : "dot pale") \(colour)"
    var whisker = ""
    if let low = point.low, let high = point.high, low.isFinite, high.isFinite, !plot.y.isLogarithmic || low > 0 {
      whisker = SVG.line(place.x, y.place(low), place.x, y.place(high), kind: "whisker")
    }
    let anchor = place.x > (Self.left + right) / 2 ? "end" : "start"
    let tip = SVG.text(
      point.label, x: place.x + (anchor == "end" ? -8 : 8), y: max(place.y - 8, top + 10), kind: "tip", anchor: anchor)
    let disc = SVG.disc(x: place.x, y: place.y, radius: point.highlighted ? 4.2 : 2.6, kind: kind)
    return "<g class=\"point\"\(point.highlighted ? " tabindex=\"0\"" : "")>\(whisker)\(disc)\(tip)</g>"
  }
}
