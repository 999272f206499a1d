internal import Foundation
internal import Records
internal import Testing

struct PlanTests {
  @Test func aWrittenPlanIsReadBackUnchanged() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("deep/er/plan.json")
    try SampleRecords.plan.write(to: path)
    #expect(try Plan(path: path) == SampleRecords.plan)
  }

  @Test(arguments: [
    "", "{", "null", "[]", "{}", #"{"schema":99}"#, #"{"schema":"1"}"#, #"{"schema":1}"#, "\u{0}\u{1}",
    "{\"schema\":1e99}",
  ])
  func aFileThatIsNoPlanIsAnErrorOfOneLineThatNamesIt(text: String) throws {
    let folder = try ScratchFolder()
    let path = try folder.file("plan.json", holding: text)
    let error = #expect(throws: RecordError.self) { try Plan(path: path) }
    let description = try #require(error).description
    #expect(description.hasPrefix(path))
    #expect(!description.contains("\n"))
  }

  @Test func aMissingPlanIsAnErrorThatNamesIt() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("none.json")
    let error = #expect(throws: RecordError.self) { try Plan(path: path) }
    #expect(try #require(error).description.contains("none.json"))
  }

  @Test(arguments: [1, 7, 100, 500, 1000, 2000])
  func aTruncatedPlanIsAnError(bytes: Int) throws {
    let folder = try ScratchFolder()
    let whole = try RecordFile.encode(SampleRecords.plan)
    try #require(bytes < whole.count)
    let path = try folder.file("plan.json")
    try RecordFile.write(whole.prefix(bytes), to: path)
    #expect(throws: RecordError.self) { try Plan(path: path) }
  }

  @Test(arguments: [
    ("\"n\" : 3072", "\"n\" : -1"), ("\"k\" : 1024", "\"k\" : 9223372036854775807"),
    ("\"threads\" : 1", "\"threads\" : 0"), ("\"quick\"", "\"a\\nb\""), ("\"rows\" : 2000000", "\"a\\nb\" : true"),
  ])
  func valuesOutOfRangeAreAnErrorOfOneLine(found: String, replacement: String) throws {
    let folder = try ScratchFolder()
    let text = try String(decoding: RecordFile.encode(SampleRecords.plan), as: UTF8.self)
    try #require(text.contains(found))
    let path = try folder.file("plan.json", holding: text.replacingOccurrences(of: found, with: replacement))
    let error = #expect(throws: RecordError.self) { try Plan(path: path) }
    #expect(try !#require(error).description.contains("\n"))
  }

  @Test func rigorRises() {
    #expect(Rigor.allCases == Rigor.allCases.sorted())
    #expect(Rigor.estimate < .quick && Rigor.quick < .measure)
  }
}
