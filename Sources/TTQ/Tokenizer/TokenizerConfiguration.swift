/// What `tokenizer_config.json` adds to the vocabulary files.
struct TokenizerConfiguration {
  let root: JSONField

  /// A known tokenizer class: how text is split where no file says it.
  struct Class {
    let name: String
    let pattern: String
    var composes = false
    /// Markers that the class has without any file naming them.
    var special: [String] = []
  }

  /// The classes with a vocabulary and a list of merges; the first is the one for folders that name none of them.
  static let classes = [
    Class(name: "GPT2Tokenizer", pattern: TextPipeline.gpt2Pattern, special: ["<|endoftext|>"]),
    Class(
      name: "Qwen2Tokenizer",
      pattern: #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"#
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
      composes: true, special: ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]),
  ]

  /// The configuration of the folder, if it has one.
  init?(folder: String) throws(ModelFileError) {
    let path = "\(folder)/tokenizer_config.json"
    guard fileExists(path) else { return nil }
    root = try JSONField(path: path)
  }

  /// The class that the file names, with or without `Fast` at the end.
  func knownClass() throws(ModelFileError) -> Class? {
    guard let name = try root["tokenizer_class"].ifPresent?.string() else { return nil }
    return Self.classes.first { $0.name == name || $0.name + "Fast" == name }
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

  private func tokens(_ flag: String, _ key: String, _ tokenizer: Tokenizer) throws(ModelFileError) -> [Int] {
    guard try root[flag].bool(or: false), !root[key].isNull else { return [] }
    // Older files spell a token out as an object.
    let field = root[key]["content"].ifPresent ?? root[key]
    let text = try field.string()
    let added = tokenizer.added.tokens.first { $0.text.elementsEqual(text.utf8) }?.id
    guard let id = added ?? tokenizer.model.vocabulary.id(of: text).map(Int.init) else {
      throw field.expected("a token of the vocabulary")
    }
    return [id]
  }
}
