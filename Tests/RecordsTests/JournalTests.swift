internal import Foundation
internal import Records
internal import Testing

struct JournalTests {
  @Test func appendedEntriesAreReadBackInOrder() throws {
    let folder = try ScratchFolder()
    let journal = Journal(path: try folder.file("deep/journal.jsonl"))
    for entry in SampleRecords.entries { try journal.append(entry) }
    let (entries, unreadable) = try journal.read()
    #expect(entries == SampleRecords.entries)
    #expect(unreadable == 0)
  }

  @Test func aMissingOrEmptyJournalHasNoEntries() throws {
    let folder = try ScratchFolder()
    #expect(try Journal(path: folder.file("none")).read().entries.isEmpty)
    let (entries, unreadable) = try Journal(path: folder.file("empty", holding: "")).read()
    #expect(entries.isEmpty && unreadable == 0)
  }

  @Test(arguments: [1, 20, 200])
  func aCutLastLineCostsOneEntryAndTheNextOneStandsOnItsOwnLine(cut: Int) throws {
    let folder = try ScratchFolder()
    let journal = Journal(path: try folder.file("journal.jsonl"))
    for entry in SampleRecords.entries.prefix(4) { try journal.append(entry) }
    let bytes = try RecordFile.read(journal.path)
    try RecordFile.write(bytes.dropLast(cut + 1), to: journal.path)
    #expect(try journal.read().entries == Array(SampleRecords.entries.prefix(3)))
    #expect(try journal.read().unreadable == 1)
    try journal.append(.finished)
    let (entries, unreadable) = try journal.read()
    #expect(entries == SampleRecords.entries.prefix(3) + [.finished])
    #expect(unreadable == 1)
  }

  @Test func aLostNewlineAloneCostsNothing() throws {
    let folder = try ScratchFolder()
    let journal = Journal(path: try folder.file("journal.jsonl"))
    try journal.append(.roofs(SampleRecords.roofs))
    try RecordFile.write(RecordFile.read(journal.path).dropLast(), to: journal.path)
    try journal.append(.finished)
    let (entries, unreadable) = try journal.read()
    #expect(entries == [.roofs(SampleRecords.roofs), .finished])
    #expect(unreadable == 0)
  }

  @Test func garbageLinesAreCountedAndSkipped() throws {
    let folder = try ScratchFolder()
    let good = try String(decoding: RecordFile.encode(JournalEntry.finished, compact: true), as: UTF8.self)
    let text = "garbage\n\(good){}\n[1]\n{\"unknown\":1}\n\u{0}\n\(good)"
    let (entries, unreadable) = try Journal(path: folder.file("journal", holding: text)).read()
    #expect(entries == [.finished, .finished])
    #expect(unreadable == 5)
  }

  @Test func aForeignFileHasNoEntriesAndNoCrash() throws {
    let folder = try ScratchFolder()
    let bytes = Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 97) })
    let path = try folder.file("foreign")
    try RecordFile.write(bytes, to: path)
    let (entries, unreadable) = try Journal(path: path).read()
    #expect(entries.isEmpty && unreadable > 0)
  }

  @Test func anUnwritablePlaceIsAnErrorThatNamesTheFile() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("plain", holding: "x") + "/journal.jsonl"
    let error = #expect(throws: RecordError.self) { try Journal(path: path).append(.finished) }
    #expect(try #require(error).description.hasPrefix(path))
  }

  @Test func writersAtOnceInterleaveWholeLines() async throws {
    let folder = try ScratchFolder()
    let path = try folder.file("journal.jsonl")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          for line in 0..<25 {
            try Journal(path: path).append(.candidate(SampleRecords.candidate("\(writer)/\(line)")))
          }
        }
      }
      try await group.waitForAll()
    }
    let (entries, unreadable) = try Journal(path: path).read()
    #expect(entries.latestCandidates.count == 100)
    #expect(unreadable == 0)
  }

  @Test func theLatestResultOfACandidateCountsInTheOrderOfTheFirst() {
    let entries = [
      JournalEntry.candidate(SampleRecords.candidate("a", median: 3)),
      .candidate(SampleRecords.candidate("b", median: 2)), .finished,
      .candidate(SampleRecords.candidate("a", median: 1)),
      .candidate(SampleRecords.candidate("a", median: 9, revision: 2)),
    ]
    #expect(entries.latestCandidates.map(\.variant) == ["a", "b", "a"])
    #expect(entries.latestCandidates.map(\.timing?.medianNanoseconds) == [1, 2, 9])
  }

  @Test func aSessionResumesOnlyTheSameWork() throws {
    guard case .session(let session) = SampleRecords.entries[0] else { return }
    var other = session
    other.context.date = "later"
    #expect(session.resumes(other))
    other.threads = [1]
    #expect(!session.resumes(other))
    other = session
    other.machine.stepping += 1
    #expect(!session.resumes(other))
  }
}
