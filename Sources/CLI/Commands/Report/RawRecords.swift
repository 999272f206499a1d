internal import Foundation
internal import Records
internal import Report

/// The raw records beside a report, compressed: the journal, and the candidates in the autotuning community's form.
struct RawRecords {
  let source: ReportSource
  let output: String

  /// Writes what there is and tells what is missing.
  func write() throws -> (files: [Provenance.File], absent: [String]) {
    var files: [Provenance.File] = []
    var absent: [String] = []
    func add(_ name: String, _ title: String, _ bytes: Data) throws {
      guard let small = ExternalProgram.run("gzip", ["-9", "-n", "-c"], input: bytes) else {
        absent.append("\(name).gz is not there: gzip was not found or failed.")
        note("note: \(name).gz was not written: gzip was not found or failed")
        return
      }
      try RecordFile.write(small, to: "\(output)/\(name).gz")
      files.append(Provenance.File(title: title, path: "\(name).gz", bytes: small.count))
    }
    if let plan = source.plan {
      try add("plan.json", "the plan again, for a comparison with another report", RecordFile.encode(plan))
    }
    guard !source.entries.isEmpty else {
      let words = "There is no journal: the report is made from the plan alone, without any candidate but the winners."
      return (files, absent + [words])
    }
    if source.journalPath.hasSuffix(".gz") {
      absent.append("The journal was read from \(source.journalPath).")
    } else {
      try add("journal.jsonl", "the tuner's journal with every raw sample", RecordFile.read(source.journalPath))
    }
    try add(
      "results.t4.json", "every candidate as T4 results \(T4Results.version), for the autotuning community's tools",
      RecordFile.encode(T4Results(source.entries), compact: true))
    return (files, absent)
  }
}
