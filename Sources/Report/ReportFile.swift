internal import Foundation
package import Records

/// One file of a report: its name and its text.
package struct ReportFile: Hashable, Sendable {
  package var name: String
  package var text: String

  /// The report in every format.
  package static func all(for input: ReportInput) -> [ReportFile] {
    let document = Document(input)
    return [
      ReportFile(name: "index.html", text: HTMLRenderer.page(document)),
      ReportFile(name: "report.md", text: MarkdownRenderer.page(document)),
      ReportFile(name: "report.json", text: JSONRenderer.page(document)),
      ReportFile(name: CandidateCSV.name, text: CandidateCSV.page(input.candidates)),
    ]
  }

  /// Writes the file into `folder`, whole or not at all, and returns its path.
  package func write(into folder: String) throws(RecordError) -> String {
    let path = URL(fileURLWithPath: folder).appendingPathComponent(name).path
    try RecordFile.write(Data(text.utf8), to: path)
    return path
  }
}
