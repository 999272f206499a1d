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
  }

  /// Points that belong together.
  package struct Series: Sendable {
    package var name: String
    package var points: [Point]
    /// Whether a line joins the points.
    package var joined = false
  }

  /// A measured ceiling: a line with its name.
  package struct Ceiling: Sendable {
    package var name: String
    package var from: (x: Double, y: Double)
    package var to: (x: Double, y: Double)

    var isLevel: Bool { from.y == to.y }
  }

  package var caption: String
  package var x: Axis
  package var y: Axis
  package var series: [Series]
  package var ceilings: [Ceiling] = []
}
