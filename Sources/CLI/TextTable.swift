/// Aligned columns for a terminal: the first column to the left, numbers to the right.
struct TextTable {
  private let header: [String]
  private let left: Set<Int>
  private var rows: [[String]] = []

  /// A table with these column titles; `left` columns are aligned to the left.
  init(_ header: [String], left: Set<Int> = [0]) {
    self.header = header
    self.left = left
  }

  mutating func add(_ row: [String]) {
    rows.append(row)
  }

  /// The same as a Markdown table.
  var markdown: String {
    let rule = header.indices.map { left.contains($0) ? "---" : "---:" }
    return ([header, rule] + rows).map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
  }

  var text: String {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return left.contains(column) ? cell + padding : padding + cell
      }
      return cells.joined(separator: "  ").trimmingSuffix { $0 == " " }
    }.joined(separator: "\n")
  }
}

extension String {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
    var end = endIndex
    while end > startIndex, predicate(self[index(before: end)]) { end = index(before: end) }
    return String(self[..<end])
  }
}
