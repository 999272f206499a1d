import Foundation
import TTQ
import Testing

/// GGUF models in several files.
@Suite struct GGUFPartsTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func name(_ index: Int, of count: Int = 3) -> String {
    String(format: "model-%05d-of-%05d.gguf", index + 1, count)
  }

  private func path(_ index: Int) -> String { "\(folder.path)/\(name(index))" }

  /// Writes the tiny model in three parts, the first of which has all metadata and, as `gguf-split --no-tensor-first-split` makes it, no
  /// tensors; `change` is called for each before it is written.
  private func write(change: (Int, inout GGUFBuilder) -> Void = { _, _ in }) throws {
    let whole = GGUFBuilder.tinyModel
    for index in 0..<3 {
      var part = whole
      part.metadata = index == 0 ? whole.metadata : []
      part.metadata += [
        ("split.no", .uint16(UInt16(index))), ("split.count", .uint16(3)),
        ("split.tensors.count", .int32(Int32(whole.tensors.count))),
      ]
      part.tensors = index == 0 ? [] : whole.tensors.enumerated().filter { $0.offset % 2 == index - 1 }.map(\.element)
      change(index, &part)
      try folder.write(name(index), part.bytes)
    }
  }

  @Test func partsAreTheWhole() throws {
    try write()
    try folder.write("whole.gguf", GGUFBuilder.tinyModel.bytes)
    let (model, whole) = try (LanguageModel(folder: path(0)), LanguageModel(folder: "\(folder.path)/whole.gguf"))
    #expect(model.weightBytes == whole.weightBytes)
    let tokens = [2, 3, 4, 5]
    let logits = try Session(model, .testing(.full)).prefillAll(tokens)
    #expect(try logits == Session(whole, .testing(.full)).prefillAll(tokens))
    #expect(try model.encode("ab a") == whole.encode("ab a"))
    #expect(try Tokenizer(folder: path(0)).encode("ab") == [4])
  }

  @Test func namesWhatIsMissing() throws {
    try write()
    try FileManager.default.removeItem(atPath: path(2))
    try expectLine("model-00003-of-00003.gguf: cannot be read: No such file") { try LanguageModel(folder: path(0)) }
    try write()
    try expectLine("model-00002-of-00003.gguf: split.no: expected 0 as in the first part, \(path(0)), found 1") {
      try LanguageModel(folder: path(1))
    }
    try FileManager.default.moveItem(atPath: path(0), toPath: "\(folder.path)/model.gguf")
    try expectLine("model.gguf: split.count: expected a name that ends in -00001-of-00003.gguf") {
      try LanguageModel(folder: "\(folder.path)/model.gguf")
    }
  }

  @Test func hostileParts() throws {
    func expect(_ part: String, in index: Int, _ change: (inout GGUFBuilder) -> Void) throws {
      try write { if $0 == index { change(&$1) } }
      try expectLine(part) { try LanguageModel(folder: path(0)) }
    }
    func set(_ key: String, _ value: GGUFBuilder.Value) -> (inout GGUFBuilder) -> Void {
      { builder in builder.metadata = builder.metadata.filter { $0.key != key } + [(key, value)] }
    }
    try expect("split.count: expected an integer in 0...99999", in: 0, set("split.count", .uint32(100_000)))
    try expect("split.no: expected an integer in 0...2", in: 0, set("split.no", .uint16(3)))
    try expect("00002-of-00003.gguf: split.count: expected 3, found 4", in: 1, set("split.count", .uint16(4)))
    try expect("00003-of-00003.gguf: split.no: expected 2, found 1", in: 2, set("split.no", .uint16(1)))
    try expect("00003-of-00003.gguf: split.no: expected 2, found nothing", in: 2) { $0.metadata = [$0.metadata[1]] }
    try expect("split.tensors.count: expected 13, found 14", in: 0, set("split.tensors.count", .int32(14)))
    try expect("split.tensors.count: expected 12, found 13", in: 1) { $0.tensors.removeLast() }
    try expect("tensor token_embd.weight: expected it in one part, found it in", in: 2) {
      $0.tensors.append(GGUFBuilder.tinyModel.tensors[0])
    }
  }
}
