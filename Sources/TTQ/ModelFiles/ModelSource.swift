internal import Records

/// The files of a model: a Hugging Face folder, or a GGUF file with the parts beside it.
package struct ModelSource: Sendable {
  package let path: String
  package let configuration: ModelConfiguration
  package let tensors: TensorStore
  /// How the files have the tensors.
  let form: TensorForm
  /// What was found that is not used, in sentences to show.
  let notes: [String]
  /// nil for a folder.
  private let metadata: JSONField?

  /// Reads what the files say of the model and opens its tensors; their values are not read yet.
  package init(path: String) throws(ModelFileError) {
    self.path = path
    if Self.isFile(path) {
      let file = try GGUFParts(path: path)
      configuration = try ModelConfiguration(file)
      guard let gguf = configuration.architecture.family.gguf else {
        preconditionFailure("an architecture that is found in a GGUF file has a form there")
      }
      tensors = TensorStore(file, path: path)
      form = gguf.form
      notes = []
      metadata = file.metadata
    } else {
      configuration = try ModelConfiguration(folder: path)
      tensors = try TensorStore(folder: path)
      let family = configuration.architecture.family
      form = family.form(in: tensors)
      notes = family.notes(on: tensors)
      metadata = nil
    }
  }

  /// Whether `path` names one file, be it there or not, and no folder.
  static func isFile(_ path: String) -> Bool {
    !fileExists("\(path)/.") && (fileExists(path) || path.hasSuffix(".gguf"))
  }

  /// Vocabulary x hidden size.
  package func embedding() throws(ModelFileError) -> Tensor {
    try tensors.tensor(form.names.embedding, shape: [configuration.vocabularySize, configuration.hiddenSize])
  }

  /// nil where the files have none.
  func tokenizer() throws(ModelFileError) -> Tokenizer? {
    if let metadata { return GGUFVocabulary.isIn(metadata) ? try Tokenizer(metadata) : nil }
    return TokenizerFile(folder: path) == nil ? nil : try Tokenizer(folder: path)
  }

  /// The text of the model's own chat template; nil where the files have none.
  func chatTemplate() throws(ModelFileError) -> String? {
    if let metadata { return try metadata["tokenizer.chat_template"].ifPresent?.string() }
    return try ChatTemplate.text(inFolder: path)
  }
}

extension ModelFamily {
  /// The usual form, or that of a model without its output layer or of a part of another model where `tensors` are named so.
  fileprivate func form(in tensors: TensorStore) -> TensorForm {
    var form = form
    guard !tensors.contains(form.names.embedding) else { return form }
    let names = ([""] + (multimodal?.prefixes ?? [])).map { form.names.replacingModel(with: $0) }
    if let found = names.first(where: { tensors.contains($0.embedding) }) { form.names = found }
    return form
  }

  fileprivate func notes(on tensors: TensorStore) -> [String] {
    let others = multimodal?.others ?? []
    let count = tensors.names.count { name in others.contains { name.contains($0) } }
    return count == 0 ? [] : ["text alone is read: the \(count) tensors for pictures are left out"]
  }
}
