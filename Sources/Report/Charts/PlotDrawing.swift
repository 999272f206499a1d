internal import Foundation

/// A plot as SVG: axes and grid, ceilings, lines, and points that name themselves when pointed at or reached by the keyboard.
package struct PlotDrawing {
  /// How much room a drawing has: its words are as large in the narrow one, so there is less of everything else.
  package enum Frame: Sendable {
    case far, near
    /// As near, but the only drawing there is, so that all its points have names.
    case small

    var width: Double { self == .far ? 960 : 372 }
    var height: Double { self == .far ? 330 : self == .near ? 300 : 240 }
    /// Whether points that are not highlighted have names too.
    var namesAll: Bool { self != .near }
    var left: Double { self == .far ? 66 : 44 }
    /// Room right of the plot for the names of level ceilings; nil where all ceilings are listed below it.
    var names: Double? { self == .far ? 172 : nil }
    var tickWidth: Double { self == .far ? 44 : 40 }
  }

  private static let legendRow = 18.0
  private static let legendCharacter = 7.0
  /// Colours that the style sheet has; further series begin again.
  private static let colours = 8

  private let frame: Frame
  private let plot: Plot
  private let x: Scale
  private let y: Scale
  private let right: Double
  private let top: Double
  private let bottom: Double
  private let legend: [(name: String, x: Double, y: Double, colour: Int)]

  package init(_ plot: Plot, frame: Frame = .far) {
    self.frame = frame
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
    let edge = frame.width - 14
    right = edge - (plot.ceilings.contains(where: \.isLevel) ? frame.names ?? 0 : 0)
    var places: [(name: String, x: Double, y: Double, colour: Int)] = []
    var (column, row) = (frame.left, 12.0)
    if plot.series.count > 1 {
      for (index, series) in plot.series.enumerated() {
        let room = Double(series.name.count) * Self.legendCharacter + 30
        if column + room > edge, column > frame.left { (column, row) = (frame.left, row + Self.legendRow) }
        places.append((series.name, column, row, index % Self.colours))
        column += room
      }
    }
    legend = places
    top = (places.last?.y ?? 0) + 16
    bottom = top + frame.height
    let points = plot.series.flatMap(\.points)
    x = Self.scale(plot.x, points.map(\.x) + [plot.x.least].compactMap(\.self), from: frame.left, to: right)
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
    for (index, series) in plot.series.enumerated() {
      let others = series.points.filter { !$0.highlighted }
      let colour = "s\(index % Self.colours)"
      if frame.namesAll {
        marks += others.map { draw($0, colour: colour) }
      } else if !others.isEmpty {
        marks.append(SVG.dots(others.map { (x.place($0.x), y.place($0.y)) }, kind: "dots \(colour)"))
      }
    }
    // Highlighted points lie above the others.
    for (index, series) in plot.series.enumerated() {
      marks += series.points.filter(\.highlighted).map { draw($0, colour: "s\(index % Self.colours)") }
    }
    return SVG.drawing(
      width: frame.width, height: bottom + 42 + (listed.isEmpty ? 0 : 15 * Double(listed.count) + 6),
      caption: plot.caption, marks: marks)
  }

  private func axes() -> [String] {
    var marks: [String] = []
    var last = -Double.infinity
    for tick in x.ticks(binary: plot.x.isBinary) {
      let place = x.place(tick)
      marks.append(SVG.line(place, top, place, bottom, kind: "grid"))
      guard place - last >= frame.tickWidth else { continue }
      last = place
      marks.append(SVG.text(x.text(tick), x: place, y: bottom + 15, kind: "tick", anchor: "middle"))
    }
    for tick in y.ticks(binary: plot.y.isBinary) {
      marks.append(SVG.line(frame.left, y.place(tick), right, y.place(tick), kind: "grid"))
      marks.append(SVG.text(y.text(tick), x: frame.left - 6, y: y.place(tick) + 4, kind: "tick", anchor: "end"))
    }
    marks.append(SVG.line(frame.left, bottom, right, bottom, kind: "axis"))
    marks.append(SVG.line(frame.left, top, frame.left, bottom, kind: "axis"))
    marks.append(
      SVG.text(plot.x.title, x: (frame.left + right) / 2, y: bottom + 34, kind: "soft", anchor: "middle"))
    let middle = (top + bottom) / 2
    marks.append(
      SVG.text(
        plot.y.title, x: 11, y: middle, kind: "soft", anchor: "middle", turn: "rotate(-90 11 \(SVG.round(middle)))"))
    return marks
  }

  private func legendMarks() -> [String] {
    legend.flatMap { entry in
      [
        SVG.disc(x: entry.x + 5, y: entry.y - 4, radius: 4, kind: "key s\(entry.colour)"),
        SVG.text(entry.name, x: entry.x + 14, y: entry.y, kind: "label", anchor: "start"),
      ]
    }
  }

  /// Each ceiling, cut to the frame. Slanted ones are named along their beginning, the lowest below itself and the others above, level ones
  /// right of the frame, none on another; a narrow drawing lists them below.
  private func ceilings() -> [String] {
    let descending = plot.ceilings.sorted { $0.to.y > $1.to.y }
    let lowest = descending.last { !$0.isLevel }?.name
    var marks: [String] = []
    var lowestName = -Double.infinity
    for ceiling in descending {
      guard let (a, b) = clipped(ceiling) else { continue }
      marks.append(SVG.line(a.x, a.y, b.x, b.y, kind: "roof"))
      guard frame.names != nil else { continue }
      guard !ceiling.isLevel else {
        lowestName = max(b.y + 4, lowestName + 13)
        marks.append(SVG.text(ceiling.name, x: right + 6, y: lowestName, kind: "roofname", anchor: "start"))
        continue
      }
      let angle = atan2(b.y - a.y, b.x - a.x) * 180 / .pi
      let turn = "rotate(\(SVG.round(angle)) \(SVG.round(a.x)) \(SVG.round(a.y)))"
      marks.append(
        SVG.text(
          ceiling.name, x: a.x + 4, y: a.y + (ceiling.name == lowest ? 13 : -5), kind: "roofname", anchor: "start",
          turn: turn))
    }
    return marks
      + listed.enumerated().map { index, line in
        SVG.text(line, x: 0, y: bottom + 56 + 15 * Double(index), kind: "roofname", anchor: "start")
      }
  }

  /// The names of the ceilings, from the top of the frame down, in lines that fit a narrow drawing.
  private var listed: [String] {
    guard frame.names == nil else { return [] }
    let shown = plot.ceilings.filter { clipped($0) != nil }
    func lines(_ title: String, _ ceilings: [Plot.Ceiling]) -> [String] {
      let names = ceilings.sorted { $0.to.y > $1.to.y }.map(\.name)
      return names.isEmpty ? [] : [title] + names.map { "  \($0)" }
    }
    return lines("Level, from the top:", shown.filter(\.isLevel))
      + lines("Slanted, from the top:", shown.filter { !$0.isLevel })
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
    if a.x < frame.left { a = (frame.left, a.y + slope * (frame.left - a.x)) }
    if b.x > right { b = (right, b.y + slope * (right - b.x)) }
    if slope < 0 {
      if a.y > bottom { a = (a.x + (bottom - a.y) / slope, bottom) }
      if b.y < top { b = (b.x + (top - b.y) / slope, top) }
    }
    let inside = (top - 0.5)...(bottom + 0.5)
    return a.x < b.x && inside.contains(a.y) && inside.contains(b.y) ? (a, b) : nil
  }

  private func draw(_ point: Plot.Point, colour: String) -> String {
    let place = (x: x.place(point.x), y: y.place(point.y))
    var error = ""
    if let low = point.low, let high = point.high, low.isFinite, high.isFinite, !plot.y.isLogarithmic || low > 0 {
      error = SVG.line(place.x, y.place(low), place.x, y.place(high), kind: "error")
    }
    // A script lets the keyboard reach the others from here.
    let (best, focus) = point.highlighted ? (" best", " role=\"img\" tabindex=\"0\"") : ("", "")
    return "\(error)<circle class=\"point\(best) \(colour)\" cx=\"\(SVG.round(place.x))\" cy=\"\(SVG.round(place.y))\""
      + "\(focus)><title>\(HTMLText.escape(point.label))</title></circle>"
  }
}
