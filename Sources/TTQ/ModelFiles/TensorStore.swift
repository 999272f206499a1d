/// The tensors of a model folder: `model.safetensors`, or the shards that `model.safetensors.index.json` lists.
package struct TensorStore: Sendable {
  package let folder: String
  private let files: [String: SafetensorsFile]

  /// Opens and checks every file of the folder.
  package init(folder: String) throws(ModelFileError) {
    self.folder = folder
    let single = "\(folder)/model.safetensors"
    let index = "\(single).index.json"
    files =
      fileExists(index) && !fileExists(single) ? try Self.shards(index: index, folder: folder) : try Self.one(single)
  }

  private static func one(_ path: String) throws(ModelFileError) -> [String: SafetensorsFile] {
    let file = try SafetensorsFile(path: path)
    return Dictionary(uniqueKeysWithValues: file.names.map { ($0, file) })
  }

  private static func shards(index: String, folder: String) throws(ModelFileError) -> [String: SafetensorsFile] {
    let weightMap = try JSONField(path: index)["weight_map"]
    guard !weightMap.isNull else { throw weightMap.expected("an object of tensor and file names") }
    var opened: [String: SafetensorsFile] = [:]
    var files: [String: SafetensorsFile] = [:]
    for (name, field) in try weightMap.members() {
      let shard = try field.string()
      guard !shard.isEmpty, !shard.contains("/"), shard != ".." else { throw field.expected("a file of the folder") }
      let file = if let file = opened[shard] { file } else { try SafetensorsFile(path: "\(folder)/\(shard)") }
      opened[shard] = file
      guard file.contains(name) else { throw .missingTensor(name: name, folder: file.path) }
      guard files.updateValue(file, forKey: name) == nil else { throw field.expected("one entry", found: "two") }
    }
    return files
  }

  /// The names of all tensors, sorted.
  package var names: [String] { files.keys.sorted() }

  package func contains(_ name: String) -> Bool { files[name] != nil }

  /// The tensor `name`, which must have the given shape.
  package func tensor(_ name: String, shape: [Int]) throws(ModelFileError) -> Tensor {
    guard let file = files[name] else { throw .missingTensor(name: name, folder: folder) }
    let tensor = try file.tensor(name)
    guard tensor.shape == shape else {
      throw .malformed(path: file.path, item: "tensor \(name)", expected: "shape \(shape)", found: "\(tensor.shape)")
    }
    return tensor
  }
}
