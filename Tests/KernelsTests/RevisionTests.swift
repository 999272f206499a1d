import Foundation
import Kernels
import Records
import Testing

/// Measurements belong to a revision of a variant. When the code behind a variant changes, its revision must rise, so that plans measured with the
/// old code are not used: this compares each source with the hash that was checked in beside the revision.
@Suite struct RevisionTests {
  private struct Entry: Codable, Equatable {
    var revision: Int
    var hash: String
  }

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let list = root.appendingPathComponent("Tests/KernelsTests/revisions.json")

  @Test func sourcesChangeOnlyWithTheirRevision() throws {
    let current = try Self.current()
    if environment("TTQ_RECORD_REVISIONS") != nil {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(current).write(to: Self.list)
    }
    let recorded = try JSONDecoder().decode([String: Entry].self, from: Data(contentsOf: Self.list))
    for (name, entry) in current.sorted(by: { $0.key < $1.key }) {
      let known = recorded[name]
      #expect(
        entry == known,
        """
        \(name): the source of this variant changed. Raise its revision in its row, then run this test once with \
        TTQ_RECORD_REVISIONS=1.
        """)
    }
    #expect(Set(recorded.keys) == Set(current.keys), "revisions.json lists variants that are gone")
  }

  /// The revision of each variant with the hash of its file and of the headers that its file may include.
  private static func current() throws -> [String: Entry] {
    var entries: [String: Entry] = [:]
    for family in Catalogue.standard.families {
      for row in family.rows {
        let sources = try sources(of: row.file)
        entries["\(family.name.rawValue)/\(row.name)"] = Entry(revision: row.revision, hash: fingerprint(sources))
      }
    }
    return entries
  }

  private static func sources(of file: String) throws -> [Data] {
    let main = root.appendingPathComponent(file)
    guard file.hasSuffix(".c") else { return [try Data(contentsOf: main)] }
    let text = try String(contentsOf: main, encoding: .utf8)
    let shared = Set(text.matches(of: /"\.\.\/(\w+)\//).map { String($0.1) }).subtracting(["include"]).union(["x86"])
    let folders =
      [main.deletingLastPathComponent()]
      + shared.sorted().map { root.appendingPathComponent("Sources/CKernels/\($0)") }
    let headers = try folders.flatMap { folder in
      try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        // The row list names every variant of a family: a new row is no change of the others.
        .filter { $0.pathExtension == "h" && !$0.lastPathComponent.hasSuffix("_rows.h") }
        .sorted { $0.path < $1.path }
    }
    let included = try headers.filter { try reaches($0, from: text, among: headers) }
    return try ([main] + included).map { try Data(contentsOf: $0) }
  }

  /// Whether `header` is included by `text` directly or through other headers of the list.
  private static func reaches(_ header: URL, from text: String, among headers: [URL]) throws -> Bool {
    var queue = [text]
    var seen: Set<String> = []
    while let next = queue.popLast() {
      for candidate in headers
      where next.contains("\(candidate.lastPathComponent)\"") && seen.insert(candidate.path).inserted {
        if candidate == header { return true }
        queue.append(try String(contentsOf: candidate, encoding: .utf8))
      }
    }
    return false
  }

  /// FNV-1a over all bytes: a change detector, not a signature.
  private static func fingerprint(_ sources: [Data]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for data in sources { for byte in data { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 } }
    return String(hash, radix: 16)
  }
}
