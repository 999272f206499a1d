/// What a report says, without how it looks: sections fill it, renderers read it, and neither knows the other.
package struct Document: Sendable {
  package var title: String
  package var subtitle: String
  package var parts: [Part]

  /// One section of the page with the anchor that links lead to.
  package struct Part: Sendable {
    package var anchor: String
    package var title: String
    package var blocks: [Block]
  }
}

/// One element of a section.
package indirect enum Block: Sendable {
  /// A heading below the section's own, at level 3 or 4.
  case heading(String, level: Int, anchor: String)
  case paragraph([Inline])
  case facts([Fact])
  case contents([Link])
  case table(Table)
  case chart(BarChart)
  /// Blocks that a reader opens when needed; always readable where a format cannot fold.
  case folded(title: String, [Block])
}

/// A run of text within a paragraph.
package enum Inline: Sendable {
  case text(String)
  case code(String)
  case strong(String)
}

/// A named value in words.
package struct Fact: Sendable {
  package var name: String
  package var value: String
}

/// A link to an anchor of the same document.
package struct Link: Sendable {
  package var title: String
  package var anchor: String
}

/// Rows under named columns.
package struct Table: Sendable {
  package struct Column: Sendable {
    package var title: String
    /// How the numbers of the column are written.
    package var unit: Unit

    package init(_ title: String, _ unit: Unit = .plain) {
      self.title = title
      self.unit = unit
    }
  }

  package enum Cell: Sendable {
    case text(String)
    case code(String)
    case link(Link)
    /// In the column's unit; a missing or non-finite number is shown as absent.
    case number(Double?)
    case interval(low: Double?, high: Double?)
  }

  package struct Row: Sendable {
    package var cells: [Cell]
    package var highlighted = false
  }

  package var columns: [Column]
  package var rows: [Row]
}

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

  /// A candidate that has no bar, and why.
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
