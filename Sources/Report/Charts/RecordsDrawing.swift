internal import Foundation

/// A table of records as data for the page's script, which shows a page of it at a time.
///
/// Of thousands of rows that repeat their words, each word stands once: a column of texts lists its `words`, and rows hold their places.
/// Numbers have as many digits as anyone would look at; `report.json` has all.
enum RecordsDrawing {
  private static let digits = 6

  static func html(_ table: RecordTable) -> String {
    let words = table.columns.indices.map { column in Texts(table.rows.compactMap { $0[column].text }) }
    let columns = zip(table.columns, words).map { column, words in
      JSONValue.object(
        [("title", .string(column.title)), ("unit", .string(column.unit.name))]
          + (words.list.isEmpty ? [] : [("words", .array(words.list.map { .string($0) }))]))
    }
    let rows = table.rows.map { row in JSONValue.array(zip(row, words).map(value)) }
    let data = JSONValue.object([("columns", .array(columns)), ("rows", .array(rows))])
    return PageTemplate.records.fill([
      "caption": HTMLText.escape(table.caption), "file": HTMLText.escape(table.file),
      "data": inScript(data.text(deep: 2)),
    ])
  }

  /// The different texts of a column in the order of their first use, and the place of each.
  private struct Texts {
    private(set) var list: [String] = []
    private var places: [String: Int] = [:]

    init(_ texts: [String]) {
      for text in texts where places[text] == nil {
        places[text] = list.count
        list.append(text)
      }
    }

    func place(of text: String) -> Int? { places[text] }
  }

  private static func value(_ value: RecordTable.Value, _ words: Texts) -> JSONValue {
    switch value {
    case .text(let text): .number(words.place(of: text).map(Double.init))
    case .number(let number): .number(number.flatMap { Double(String(format: "%.\(digits)g", $0)) })
    }
  }

  /// JSON that no parser of HTML can take for the end of its script.
  private static func inScript(_ json: String) -> String {
    json.replacingScalars { scalar in
      switch scalar {
      case "<": "\\u003c"
      case ">": "\\u003e"
      case "&": "\\u0026"
      default: nil
      }
    }
  }
}

extension RecordTable.Value {
  fileprivate var text: String? { if case .text(let text) = self { text } else { nil } }
}
