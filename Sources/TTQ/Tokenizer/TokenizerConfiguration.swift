/// What `tokenizer_config.json` adds to the vocabulary files.
struct TokenizerConfiguration {
  let root: JSONField

  /// A known tokenizer class: how text is split where no file says it.
  struct Class {
    let name: String
    let rule: SplitRule
    /// Markers that the class has without any file naming them.
    var special: [String] = []
  }

  /// The classes with a vocabulary and a list of merges; the first is the one for folders that name none of them.
  static let classes = [
    Class(name: "GPT2Tokenizer", rule: .gpt2, special: ["<|endoftext|>"]),
    Class(name: "Qwen2Tokenizer", rule: .qwen2, special: ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]),
  ]

  /// The configuration of the folder, if it has one.
  init?(folder: String) throws(ModelFileError) {
    let path = "\(folder)/tokenizer_config.json"
    guard fileExists(path) else { return nil }
    root = try JSONField(path: path)
  }

  /// The class that the file names, with or without `Fast` at the end; nil where it names none.
  func knownClass() throws(ModelFileError) -> Class? {
    guard let name = try root["tokenizer_class"].ifPresent?.string() else { return nil }
    guard let known = Self.classes.first(where: { $0.name == name || $0.name + "Fast" == name }) else {
      throw root["tokenizer_class"].unsupported(Self.classes.map(\.name).joined(separator: " "))
    }
    return known
  }

  /// The rows of `added_tokens_decoder`.
  func addedTokens() throws(ModelFileError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    for (key, field) in try root["added_tokens_decoder"].members() {
      guard let id = Int(key), (0..<Vocabulary.idLimit).contains(id) else {
        throw field.expected("an id in 0..<\(Vocabulary.idLimit) as key", found: "\"\(key)\"")
      }
      tokens.append(try AddedToken(field, id: id))
    }
    return tokens
  }

  /// The tokens around a text that `add_bos_token` and `add_eos_token` ask for.
  func template(_ tokenizer: Tokenizer) throws(ModelFileError) -> Tokenizer.Template {
    Tokenizer.Template(
      before: try tokens("add_bos_token", "bos_token", tokenizer),
      after: try tokens("add_eos_token", "eos_token", tokenizer)
    )
  }

  /// The texts of the tokens that the file gives a part to.
  func markers() throws(ModelFileError) -> [String] {
    var texts: [String] = []
    for key in ["bos_token", "eos_token", "unk_token", "pad_token"] {
      if let text = try text(of: root[key]) { texts.append(text) }
    }
    return texts
  }

  /// Older files spell a token out as an object.
  private func text(of field: JSONField) throws(ModelFileError) -> String? {
    try (field["content"].ifPresent ?? field).ifPresent?.string()
  }

  private func tokens(_ flag: String, _ key: String, _ tokenizer: Tokenizer) throws(ModelFileError) -> [Int] {
    guard try root[flag].bool(or: false), let text = try text(of: root[key]) else { return [] }
    guard let id = tokenizer.id(of: text) else { throw root[key].expected("a token of the vocabulary") }
    return [id]
  }
}
