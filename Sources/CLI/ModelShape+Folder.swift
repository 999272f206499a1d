internal import Foundation
internal import Records
internal import TTQ

extension ModelShape {
  /// The shapes of the model in `folder`, or in the GGUF file of that name, from its configuration and the element type of its weights.
  init(folder: String) throws(ModelFileError) {
    let source = try ModelSource(path: folder)
    self.init(
      source.configuration, name: URL(fileURLWithPath: folder).lastPathComponent,
      source: folder.hasSuffix(".gguf") ? "GGUF" : "config.json", element: try source.embedding().element)
  }

  /// The shapes of a model that is loaded.
  init(_ model: LanguageModel) {
    self.init(model.configuration, name: "model", source: "memory", element: model.weightElement)
  }

  /// The shape set called `name` in Tuning/problems, or at the path that it is.
  init(named name: String, in data: DataFolder) throws {
    try self.init(path: name.hasSuffix(".json") ? name : data.find("Tuning/problems/\(name).json"))
  }
}
