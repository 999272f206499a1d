/// Points and lines over two axes.
package struct Plot: Sendable {
  package struct Axis: Sendable {
    package var title: String
    package var isLogarithmic = false
    /// Whether ticks of a logarithmic axis are powers of two, as token counts are.
    package var isBinary = false
    /// Whether an even axis may leave out 0, where only differences matter.
    package var isFree = false
    /// A value that the axis has room for beside those of the points.
    package var least: Double?

    package init(
      title: String, isLogarithmic: Bool = false, isBinary: Bool = false, isFree: Bool = false, least: Double? = nil
    ) {
      self.title = title
      self.isLogarithmic = isLogarithmic
      self.isBinary = isBinary
      self.isFree = isFree
      self.least = least
    }
  }

  package struct Point: Sendable {
    package var x: Double
    package var y: Double
    /// The ends of the interval of y.
    package var low: Double?
    package var high: Double?
    /// What the point is, shown when it is pointed at or focused.
    package var label: String
    package var highlighted = false

    package init(
      x: Double, y: Double, low: Double? = nil, high: Double? = nil, label: String, highlighted: Bool = false
    ) {
      self.x = x
      self.y = y
      self.low = low
      self.high = high
      self.label = label
      self.highlighted = highlighted
    }
  }

  /// Points that belong together.
  package struct Series: Sendable {
    package var name: String
    package var points: [Point]
    /// Whether a line joins the points.
    package var joined = false

    package init(name: String, points: [Point], joined: Bool = false) {
      self.name = name
      self.points = points
      self.joined = joined
    }
  }

  /// A measured ceiling: a line with its name.
  package struct Ceiling: Sendable {
    package var name: String
    package var from: (x: Double, y: Double)
    package var to: (x: Double, y: Double)

    var isLevel: Bool { from.y == to.y }

    package init(name: String, from: (x: Double, y: Double), to: (x: Double, y: Double)) {
      self.name = name
      self.from = from
      self.to = to
    }
  }

  package var caption: String
  package var x: Axis
  package var y: Axis
  package var series: [Series]
  package var ceilings: [Ceiling] = []
  /// Whether it is one of many that are looked at one by one: drawn once, at the size of a narrow page.
  package var isSmall = false

  package init(
    caption: String, x: Axis, y: Axis, series: [Series], ceilings: [Ceiling] = [], isSmall: Bool = false
  ) {
    self.caption = caption
    self.x = x
    self.y = y
    self.series = series
    self.ceilings = ceilings
    self.isSmall = isSmall
  }
}
