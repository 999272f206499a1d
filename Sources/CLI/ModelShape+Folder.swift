internal import Foundation
internal import Records
internal import TTQ

extension ModelShape {
  /// The shapes of the model in `folder`, from its configuration and the element type of its weights.
  init(folder: String) throws(ModelFileError) {
    let configuration = try ModelConfiguration(folder: folder)
    let element = try TensorStore(folder: folder).tensor(
      "model.embed_tokens.weight", shape: [configuration.vocabularySize, configuration.hiddenSize]
    ).element
    self.init(
      configuration, name: URL(fileURLWithPath: folder).lastPathComponent, source: "config.json", element: element)
  }

  /// The shape set called `name` in Tuning/problems, or at the path that it is.
  init(named name: String, in data: DataFolder) throws {
    try self.init(path: name.hasSuffix(".json") ? name : data.find("Tuning/problems/\(name).json"))
  }
}
