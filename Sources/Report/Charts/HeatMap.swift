/// Shares of the best, one cell for each row and column; darker is nearer to 1.
package struct HeatMap: Sendable {
  package struct Row: Sendable {
    package var label: String
    /// 0...1, or nil where there is no measurement, in the order of the columns.
    package var cells: [Double?]
  }

  package var caption: String
  package var corner: String
  package var columns: [String]
  package var rows: [Row]
}
