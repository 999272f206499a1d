/// The middle of a chart of rows: marks placed by their share of the width, so that the drawing takes whatever room there is and its
/// words keep their size.
struct Strip {
  let low: Double
  let high: Double

  /// The place of `value`, 0...100, at the nearer end where there is none.
  func place(_ value: Double) -> Double {
    let part = (value - low) / (high - low)
    return part.isFinite ? min(max(part, 0), 1) * 100 : 0
  }

  /// A line across the row at `value`; its width and height are the style sheet's.
  func line(_ value: Double, kind: String) -> String {
    "<rect class=\"\(kind)\" x=\"\(Self.percent(place(value)))\"/>"
  }

  /// A bar from the low end.
  func bar(to value: Double, kind: String) -> String {
    "<rect class=\"\(kind)\" width=\"\(Self.percent(max(0.15, place(value))))\"/>"
  }

  /// What lies between two values: the interval of a median, the middle half of samples.
  func span(_ low: Double, _ high: Double, kind: String) -> String {
    guard low.isFinite, high.isFinite else { return "" }
    let (a, b) = (place(low), place(high))
    return "<rect class=\"\(kind)\" x=\"\(Self.percent(a))\" width=\"\(Self.percent(max(0.1, b - a)))\"/>"
  }

  /// Whether two values lie further apart than a pixel of a narrow chart.
  func isVisible(_ low: Double, _ high: Double) -> Bool { place(high) - place(low) >= 0.3 }

  /// Words beside the place of `value`, on the side where there is room.
  func text(_ text: String, at value: Double, kind: String) -> String {
    let place = place(value)
    let (anchor, gap) = place > 55 ? ("end", -4) : ("start", 4)
    return "<text class=\"\(kind)\" x=\"\(Self.percent(place))\" y=\"70%\" dx=\"\(gap)\" text-anchor=\"\(anchor)\">"
      + "\(HTMLText.escape(text))</text>"
  }

  /// The row of numbers below the chart; those at its ends stand inwards of them.
  func axis(_ ticks: [Double], text: (Double) -> String) -> String {
    let words = ticks.map { tick -> String in
      let place = place(tick)
      let side = place < 4 ? " start" : place > 96 ? " end" : ""
      return "<text class=\"tick\(side)\" x=\"\(Self.percent(place))\" y=\"14\">"
        + "\(HTMLText.escape(text(tick)))</text>"
    }
    return Self.drawing(words.joined())
  }

  /// The marks of a row; its words and numbers stand beside it for those who do not see it.
  static func drawing(_ marks: String) -> String { "<svg aria-hidden=\"true\">\(marks)</svg>" }

  /// The distance of grid lines and the place of the first, as the style sheet draws them behind every row.
  func grid(_ ticks: [Double]) -> String {
    guard ticks.count > 1 else { return "" }
    let (first, second) = (place(ticks[0]), place(ticks[1]))
    return "--first:\(Self.percent(first));--step:\(Self.percent(second - first))"
  }

  /// A share of the width as an attribute, to a tenth of a per cent.
  static func percent(_ value: Double) -> String {
    "\(Unit.short((value * 10).rounded() / 10))%"
  }
}
