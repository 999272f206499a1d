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
