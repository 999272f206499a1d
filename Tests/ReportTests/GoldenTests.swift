internal import Foundation
internal import Records
internal import Report
internal import Testing

/// The report of a small fixed journal, compared with what was checked in. After a change that is meant, run once with
/// `TTQ_RECORD_GOLDEN=1` and look at the difference.
struct GoldenTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "Golden")

  /// The page without its style and script, which change often and tell nothing of the records.
  private static func body(_ file: ReportFile) -> String {
    guard file.name == "index.html", let start = file.text.range(of: "<main"), let end = file.text.range(of: "</main>")
    else { return file.text }
    return String(file.text[start.lowerBound..<end.upperBound]) + "\n"
  }

  @Test(arguments: ["index.html", "report.md", "report.json", "results.csv"])
  func theReportOfAFixedJournalIsTheSame(name: String) throws {
    let (entries, unreadable) = try Journal(path: Self.folder.appendingPathComponent("journal.jsonl").path).read()
    #expect(entries.count == 13 && unreadable == 1)
    let input = try #require(ReportInput(plan: nil, entries: entries, unreadableLines: unreadable))
    let file = try #require(ReportFile.all(for: input).first { $0.name == name })
    let path = Self.folder.appendingPathComponent(name)
    if ProcessInfo.processInfo.environment["TTQ_RECORD_GOLDEN"] != nil {
      try Data(Self.body(file).utf8).write(to: path)
    }
    #expect(try String(contentsOf: path, encoding: .utf8) == Self.body(file))
  }
}
