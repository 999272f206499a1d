/// The tensors of a model: those of one file, or of the shards that an index lists.
package struct TensorStore: Sendable {
  /// The folder or file, for messages.
  package let path: String
  private let files: [String: any TensorFile]

  /// Opens and checks `model.safetensors`, or every shard that `model.safetensors.index.json` lists.
  package init(folder: String) throws(ModelFileError) {
    let single = "\(folder)/model.safetensors"
    let index = "\(single).index.json"
    if fileExists(index) && !fileExists(single) {
      self.init(path: folder, files: try Self.shards(index: index, folder: folder))
    } else {
      self.init(try SafetensorsFile(path: single), path: folder)
    }
  }

  /// The tensors of one file.
  package init(_ file: any TensorFile, path: String) {
    self.init(path: path, files: Dictionary(uniqueKeysWithValues: file.names.map { ($0, file) }))
  }

  private init(path: String, files: [String: any TensorFile]) {
    self.path = path
    self.files = files
  }

  private static func shards(index: String, folder: String) throws(ModelFileError) -> [String: any TensorFile] {
    let weightMap = try JSONField(path: index)["weight_map"]
    guard !weightMap.isNull else { throw weightMap.expected("an object of tensor and file names") }
    var opened: [String: SafetensorsFile] = [:]
    var files: [String: any TensorFile] = [:]
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
    guard let file = files[name] else { throw .missingTensor(name: name, folder: path) }
    let tensor = try file.tensor(name)
    guard tensor.shape == shape else {
      throw .malformed(path: file.path, item: "tensor \(name)", expected: "shape \(shape)", found: "\(tensor.shape)")
    }
    return tensor
  }
}
