internal import Records

/// The files of a model: a Hugging Face folder, or one GGUF file.
package struct ModelSource: Sendable {
  package let path: String
  package let configuration: ModelConfiguration
  package let tensors: TensorStore
  /// How the files have the tensors.
  let form: TensorForm
  /// nil for a folder.
  private let metadata: JSONField?

  /// Reads what the files say of the model and opens its tensors; their values are not read yet.
  package init(path: String) throws(ModelFileError) {
    self.path = path
    if Self.isFile(path) {
      let file = try GGUFFile(path: path)
      configuration = try ModelConfiguration(file)
      guard let gguf = configuration.architecture.family.gguf else {
        preconditionFailure("an architecture that is found in a GGUF file has a form there")
      }
      tensors = TensorStore(file, path: path)
      form = gguf.form
      metadata = file.metadata
    } else {
      configuration = try ModelConfiguration(folder: path)
      tensors = try TensorStore(folder: path)
      form = configuration.architecture.family.form.found(in: tensors)
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

extension TensorForm {
  /// This form, or that of a model without its output layer where `tensors` are named so.
  fileprivate func found(in tensors: TensorStore) -> TensorForm {
    var form = self
    let bare = names.ofBareModel
    if !tensors.contains(names.embedding), tensors.contains(bare.embedding) { form.names = bare }
    return form
  }
}
