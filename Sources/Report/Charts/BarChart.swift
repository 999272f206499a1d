/// Horizontal bars in one unit, in groups that share a heading, each with its roof.
package struct BarChart: Sendable {
  package struct Bar: Sendable {
    package var label: String
    package var value: Double
    /// The ends of the interval, in the axis unit.
    package var low: Double?
    package var high: Double?
    package var roof: RoofMark?
    package var highlighted = false
    /// What stands right of the bar, one note for each of the chart's columns.
    package var notes: [String]
  }

  package struct RoofMark: Sendable, Equatable {
    package var name: String
    package var value: Double
  }

  package struct Group: Sendable {
    package var title: String
    package var bars: [Bar]
  }

  /// A candidate that should have had a bar, and why it has none.
  package struct Absent: Sendable {
    package var label: String
    package var status: String
    package var reason: String
  }

  package var caption: String
  package var axis: Unit
  package var columns: [String]
  package var groups: [Group]
  package var absent: [Absent] = []
}
