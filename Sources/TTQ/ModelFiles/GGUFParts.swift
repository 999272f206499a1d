internal import Foundation

/// A GGUF model: one file, or the first of several that llama.cpp's `gguf-split` made, which is opened with all others beside it.
///
/// The parts are called `NAME-00001-of-00003.gguf` and so on. The first has all metadata, and each says which of how many it is.
package struct GGUFParts: TensorFile {
  private let parts: [GGUFFile]
  private let owners: [String: Int]

  /// The first part.
  package var path: String { parts[0].path }
  package var metadata: JSONField { parts[0].metadata }

  package init(path: String) throws(ModelFileError) {
    let first = try GGUFFile(path: path)
    let count = try first.metadata["split.count"].ifPresent?.integer(in: 0...Self.limit) ?? 1
    var parts = [first]
    if count > 1 {
      let name = try PartName(of: first, count: count)
      for index in 1..<count {
        let part = try GGUFFile(path: name.path(of: index))
        try part.require("split.count", count)
        try part.require("split.no", index)
        parts.append(part)
      }
    }
    self.parts = parts
    var owners: [String: Int] = [:]
    for (index, part) in parts.enumerated() {
      for name in part.names {
        guard let other = owners.updateValue(index, forKey: name) else { continue }
        throw .malformed(
          path: part.path, item: "tensor \(name)", expected: "it in one part", found: "it in \(parts[other].path), too")
      }
    }
    self.owners = owners
    if !first.metadata["split.tensors.count"].isNull { try first.require("split.tensors.count", owners.count) }
  }

  /// The most parts that five digits count.
  private static let limit = 99_999

  package var names: [String] { owners.keys.sorted() }

  package func contains(_ name: String) -> Bool { owners[name] != nil }

  package func tensor(_ name: String) throws(ModelFileError) -> Tensor {
    guard let owner = owners[name] else { throw .missingTensor(name: name, folder: path) }
    return try parts[owner].tensor(name)
  }
}

extension GGUFFile {
  /// Throws unless the metadata say `value` of `key`.
  fileprivate func require(_ key: String, _ value: Int) throws(ModelFileError) {
    guard metadata[key].value == .integer(value) else { throw metadata[key].expected("\(value)") }
  }
}

/// How the parts of a model are called.
private struct PartName {
  private let stem: String
  private let count: Int

  /// Of the first of `count` parts; an error names that where `file` is another.
  init(of file: GGUFFile, count: Int) throws(ModelFileError) {
    self.count = count
    let field = file.metadata["split.no"]
    let number = try field.integer(in: 0...count - 1)
    let ending = Self.ending(number, of: count)
    guard file.path.hasSuffix(ending) else {
      throw .malformed(
        path: file.path, item: "split.count", expected: "a name that ends in \(ending)", found: "another")
    }
    stem = String(file.path.dropLast(ending.count))
    guard number == 0 else { throw field.expected("0 as in the first part, \(path(of: 0))") }
  }

  func path(of index: Int) -> String { stem + Self.ending(index, of: count) }

  private static func ending(_ index: Int, of count: Int) -> String {
    String(format: "-%05d-of-%05d.gguf", index + 1, count)
  }
}
