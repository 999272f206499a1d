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
  case list([[Inline]])
  /// Lines that are kept as they are: commands, code.
  case listing(String)
  case facts([Fact])
  case contents([Link])
  case table(Table)
  case records(RecordTable)
  case chart(BarChart)
  case spread(SpreadChart)
  case plot(Plot)
  case heatMap(HeatMap)
  /// Blocks that a reader opens when needed; always readable where a format cannot fold.
  case folded(title: String, [Block], anchor: String? = nil)
  /// The few figures that matter most, in large type.
  case figures([Fact])
}

/// A run of text within a paragraph.
package enum Inline: Sendable {
  case text(String)
  case code(String)
  case strong(String)
  case link(Link)
}

/// A named value in words.
package struct Fact: Sendable {
  package var name: String
  package var value: String
}

/// A link to an anchor of the same document, or to a file beside it.
package struct Link: Sendable {
  package enum Target: Hashable, Sendable {
    case anchor(String)
    /// A path relative to the report's folder.
    case file(String)
  }

  package var title: String
  package var target: Target

  package init(title: String, anchor: String) {
    self.title = title
    target = .anchor(anchor)
  }

  package init(title: String, file: String) {
    self.title = title
    target = .file(file)
  }
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

/// Many rows of plain values under named columns, looked through by a reader who searches, sorts and turns pages; printed formats point
/// to the file that holds them.
package struct RecordTable: Sendable {
  package enum Value: Sendable {
    case text(String)
    case number(Double?)
  }

  package var caption: String
  package var columns: [Table.Column]
  package var rows: [[Value]]
  /// The file beside the report with the same rows.
  package var file: String
}
