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

  /// A line across the row at `value`; drawn from its top to its bottom unless told otherwise.
  func line(_ value: Double, from top: String? = nil, to bottom: String = "100%", kind: String) -> String {
    let x = Self.percent(place(value))
    return "<line class=\"\(kind)\" x1=\"\(x)\" x2=\"\(x)\"\(top.map { " y1=\"\($0)\"" } ?? "") y2=\"\(bottom)\"/>"
  }

  /// A bar from the low end.
  func bar(to value: Double, kind: String) -> String {
    "<rect class=\"\(kind)\" y=\"25%\" height=\"50%\" width=\"\(Self.percent(max(0.15, place(value))))\"/>"
  }

  /// The interval of a value: a line with two ends.
  func whisker(_ low: Double, _ high: Double) -> String {
    guard low.isFinite, high.isFinite else { return "" }
    let (a, b) = (Self.percent(place(low)), Self.percent(place(high)))
    return "<line class=\"whisker\" x1=\"\(a)\" x2=\"\(b)\" y1=\"50%\" y2=\"50%\"/>"
      + line(low, from: "35%", to: "65%", kind: "whisker") + line(high, from: "35%", to: "65%", kind: "whisker")
  }

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
      let anchor = place < 4 ? "start" : place > 96 ? "end" : "middle"
      return "<text class=\"tick\" x=\"\(Self.percent(place))\" y=\"14\" text-anchor=\"\(anchor)\">"
        + "\(HTMLText.escape(text(tick)))</text>"
    }
    return Self.drawing(
      "<line class=\"axis\" x1=\"0\" x2=\"100%\" y1=\"0.5\" y2=\"0.5\"/>" + words.joined(), kind: "scale")
  }

  static func drawing(_ marks: String, kind: String = "row") -> String { "<svg class=\"\(kind)\">\(marks)</svg>" }

  /// The distance of grid lines and the place of the first, as the style sheet draws them behind every row.
  func grid(_ ticks: [Double]) -> String {
    guard ticks.count > 1 else { return "" }
    let (first, second) = (place(ticks[0]), place(ticks[1]))
    return "--first:\(Self.percent(first));--step:\(Self.percent(second - first))"
  }

  /// A share of the width as an attribute, to a hundredth of a per cent.
  static func percent(_ value: Double) -> String {
    let hundredths = (value * 100).rounded() / 100
    return hundredths == hundredths.rounded() ? "\(Int(hundredths))%" : "\(Unit.short(hundredths))%"
  }
}
