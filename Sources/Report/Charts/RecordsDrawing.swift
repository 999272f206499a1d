/// A table of records as data for the page's script, which shows a page of it at a time.
enum RecordsDrawing {
  static func html(_ table: RecordTable) -> String {
    let data = JSONValue.object([
      (
        "columns",
        .array(
          table.columns.map { column in
            .object([("title", .string(column.title)), ("unit", .string(column.unit.name))])
          })
      ), ("rows", .array(table.rows.map { .array($0.map(value)) })),
    ])
    return PageTemplate.records.fill([
      "caption": HTMLText.escape(table.caption), "file": HTMLText.escape(table.file),
      "data": inScript(data.text(deep: 2)),
    ])
  }

  private static func value(_ value: RecordTable.Value) -> JSONValue {
    switch value {
    case .text(let text): .string(text)
    case .number(let number): .number(number)
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
