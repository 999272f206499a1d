internal import Foundation
internal import Records
internal import Testing

struct RecordFileTests {
  @Test func aFileIsReplacedAndNothingIsLeftBesideIt() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("record", holding: "old and longer")
    try RecordFile.write(Data("new".utf8), to: path)
    #expect(try RecordFile.read(path) == Data("new".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["record"])
  }

  @Test func whatAKilledWriterLeftIsSwept() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("record")
    // No process has this number; the other one is alive.
    let strays = [".record.2147483000.tmp", ".record.1.tmp", ".record.x.tmp", ".other.2147483000.tmp"]
    for stray in strays { _ = try folder.file(stray, holding: "half") }
    try RecordFile.write(Data("new".utf8), to: path)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(Set(left) == Set(strays.dropFirst() + ["record"]))
  }

  @Test func aFullDiskIsAnErrorThatNamesTheFile() throws {
    try #require(FileManager.default.fileExists(atPath: "/dev/full"))
    let error = #expect(throws: RecordError.self) { try Journal(path: "/dev/full").append(.finished) }
    #expect(error?.description.hasPrefix("/dev/full: cannot be written: ") == true)
  }

  @Test func aFolderThatCannotBeMadeIsAnErrorThatNamesTheFile() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("plain", holding: "x") + "/plan.json"
    let error = #expect(throws: RecordError.self) { try RecordFile.write(Data(), to: path) }
    let description = try #require(error).description
    #expect(description.hasPrefix(path) && !description.contains("\n"))
  }

  @Test func aFolderInThePlaceOfTheFileStays() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("taken")
    _ = try folder.file("x", holding: "")
    try FileManager.default.createDirectory(atPath: path + "/inner", withIntermediateDirectories: true)
    #expect(throws: RecordError.self) { try RecordFile.write(Data("new".utf8), to: path) }
    #expect(FileManager.default.fileExists(atPath: path + "/inner"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["taken", "x"])
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func numbersThatAreNotFiniteAreAnErrorOfOneLine(value: Double) {
    let error = #expect(throws: RecordError.self) { try RecordFile.encode([value]) }
    #expect(error?.description.contains("\n") == false)
  }
}
