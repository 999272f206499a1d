internal import Foundation
internal import Records
internal import Report
internal import Testing

/// Every number that the page shows is in `report.json`, unrounded or as a word there; the ticks of axes are no results.
struct NumbersTests {
  private static func numbers(in text: String) -> [String] {
    text.matches(of: /\d+(?:\.\d+)?(?:e[+-]\d+)?/).map { String($0.output) }
  }

  private static func without(_ pattern: String, _ text: String) throws -> String {
    let regex = try NSRegularExpression(pattern: pattern, options: .dotMatchesLineSeparators)
    return regex.stringByReplacingMatches(in: text, range: NSRange(text.startIndex..., in: text), withTemplate: " ")
  }

  /// What a reader sees, and what a screen reader is told.
  private static func shown(_ page: String) throws -> String {
    var text = page
    for pattern in [
      "<head>.*?</head>", "<script[^>]*>.*?</script>", "<text class=\"tick[^>]*>[^<]*</text>",
    ] {
      text = try without(pattern, text)
    }
    let labels = text.matches(of: /aria-label="([^"]*)"/).map { String($0.1) }
    return try without("<[^>]*>", text) + " " + labels.joined(separator: " ")
  }

  /// The ways in which a number of the JSON may be written: in every unit, an interval's end in the unit of the other end.
  private static func writings(_ value: Double) -> [String] {
    let units: [Report.Unit] = [.plain, .count, .nanoseconds, .share, .ratio, .error]
    let scaled = [1, 1e3, 1e6, 1e9].map { Report.Unit.significant(value / $0) }
    return units.map { $0.text(value) } + scaled
  }

  private static func known(_ json: Any, _ found: inout Set<String>) {
    switch json {
    case let object as [String: Any]:
      for (key, value) in object {
        found.formUnion(numbers(in: key))
        known(value, &found)
      }
    case let array as [Any]: for value in array { known(value, &found) }
    case let text as String: found.formUnion(numbers(in: text))
    case let number as NSNumber:
      for text in writings(number.doubleValue) { found.formUnion(numbers(in: text)) }
    default: break
    }
  }

  private static func strangers(_ page: String, _ json: String) throws -> [String] {
    var found: Set<String> = []
    known(try JSONSerialization.jsonObject(with: Data(json.utf8)), &found)
    return numbers(in: try shown(page)).filter { !found.contains($0) }
  }

  private static func file(_ name: String, _ input: ReportInput) throws -> String {
    try #require(ReportFile.all(for: input).first { $0.name == name }).text
  }

  @Test func everyNumberOfThePageIsInTheJSON() throws {
    let input = SampleRecords.input
    let (page, json) = (try Self.file("index.html", input), try Self.file("report.json", input))
    #expect(Self.numbers(in: try Self.shown(page)).count > 2000)
    #expect(try Self.strangers(page, json).isEmpty)
  }

  @Test func aNumberThatIsNotThereIsFound() throws {
    let input = SampleRecords.input
    let page = try Self.file("index.html", input).replacing("</h1>", with: " 86.753</h1>")
    #expect(try Self.strangers(page, Self.file("report.json", input)) == ["86.753"])
  }

  /// The records that the page's script shows are the JSON's, to the digits that anyone would look at.
  @Test func theRecordsOfThePageAreThoseOfTheJSON() throws {
    let input = SampleRecords.input
    let page = try Self.file("index.html", input)
    let start = try #require(page.range(of: "<script type=\"application/json\">"))
    let end = try #require(page.range(of: "</script>", range: start.upperBound..<page.endIndex))
    let shown = try JSONSerialization.jsonObject(with: Data(page[start.upperBound..<end.lowerBound].utf8))
    let rows = try #require((shown as? [String: Any])?["rows"] as? [[Any]])
    let columns = try #require((shown as? [String: Any])?["columns"] as? [[String: Any]])
    let json = try JSONSerialization.jsonObject(with: Data(Self.file("report.json", input).utf8))
    let sections = try #require((json as? [String: Any])?["sections"] as? [[String: Any]])
    let results = try #require(sections.first { $0["name"] as? String == "results" })
    let blocks = try #require(results["content"] as? [[String: Any]])
    let records = try #require(blocks.lazy.compactMap { $0["records"] as? [String: Any] }.first)
    let others = try #require(records["rows"] as? [[Any]])
    #expect(rows.count == input.candidates.count)
    for (row, other) in zip(rows, others) {
      try #require(row.count == columns.count && other.count == columns.count)
      for index in columns.indices {
        if let words = columns[index]["words"] as? [String] {
          #expect((row[index] as? Int).map { words[$0] } == other[index] as? String)
        } else {
          let (rounded, exact) = (row[index] as? Double, other[index] as? Double)
          #expect((rounded == nil) == (exact == nil))
          #expect(abs((rounded ?? 0) - (exact ?? 0)) <= 1e-5 * abs(exact ?? 0))
        }
      }
    }
  }
}
