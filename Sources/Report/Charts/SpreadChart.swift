/// The samples behind medians, a row of ticks for each: where they lie, and how far apart.
package struct SpreadChart: Sendable {
  package struct Row: Sendable {
    package var label: String
    package var median: Double
    /// The ends of the middle half of the samples.
    package var lower: Double
    package var upper: Double
    /// Samples over their median.
    package var samples: [Double]
    /// What stands right of the ticks, one note for each of the chart's columns.
    package var notes: [String]
  }

  package var caption: String
  package var columns: [String]
  package var rows: [Row]
}
