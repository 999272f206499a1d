extension Tokenizer {
  /// Reads the tokenizer of a model folder: `tokenizer.json`, or `vocab.json` with `merges.txt`.
  ///
  /// Throws one line that names the file and what was expected.
  public init(folder: String) throws(ModelFileError) {
    let configuration = try TokenizerConfiguration(folder: folder)
    let complete = "\(folder)/tokenizer.json"
    let vocabulary = "\(folder)/vocab.json"
    if fileExists(complete) {
      try self.init(json: try JSONField(path: complete), configuration: configuration)
    } else if fileExists(vocabulary) {
      try self.init(vocabulary: try JSONField(path: vocabulary), folder: folder, configuration: configuration)
    } else {
      throw .unreadable(path: folder, reason: "has neither tokenizer.json nor vocab.json")
    }
  }

  /// Byte-level merges in two files, which leave the split pattern to the tokenizer's class.
  private init(
    vocabulary file: JSONField, folder: String, configuration: TokenizerConfiguration?
  ) throws(ModelFileError) {
    let rules = try configuration?.knownClass() ?? TokenizerConfiguration.classes[0]
    var pipeline = TextPipeline()
    pipeline.byteLevel = true
    pipeline.prefixSpace = try configuration?.root["add_prefix_space"].bool(or: false) ?? false
    if rules.composes { pipeline.normalizers.append(.nfc) }
    try pipeline.add(pattern: rules.pattern, from: file)
    let vocabulary = try Vocabulary(file, byteLevel: true)
    var options = BytePairModel.Options()
    options.byteLevel = true
    try self.init(
      pipeline: pipeline, vocabulary: vocabulary, merges: try Self.merges(path: "\(folder)/merges.txt"),
      added: try Self.addedTokens(folder: folder, configuration: configuration, rules: rules, vocabulary: vocabulary),
      options: options, decoder: JSONField(path: file.path, name: "decoder", value: .null),
      addedFrom: JSONField(path: folder, name: "added tokens", value: .null))
    template = try configuration?.template(self) ?? template
  }

  /// The lines of a list of merges, in the form of `tokenizer.json`.
  private static func merges(path: String) throws(ModelFileError) -> JSONField {
    var rows: [JSON] = []
    let bytes = try readBytes(path: path)
    for (number, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if text.isEmpty || number == 0 && text.starts(with: "#version".utf8) { continue }
      guard let row = String(validating: text, as: UTF8.self) else {
        throw .malformed(path: path, item: "line \(number + 1)", expected: "UTF-8", found: "other bytes")
      }
      rows.append(.string(row))
    }
    return JSONField(path: path, name: "merge", value: .array(rows))
  }

  /// `added_tokens_decoder`, else `added_tokens.json`, and the markers of the class that the vocabulary has.
  private static func addedTokens(
    folder: String, configuration: TokenizerConfiguration?, rules: TokenizerConfiguration.Class, vocabulary: Vocabulary
  ) throws(ModelFileError) -> [AddedToken] {
    var tokens = try configuration?.addedTokens() ?? []
    func add(_ text: String, _ id: Int) {
      tokens.append(AddedToken(id: id, text: Array(text.utf8), special: true, stripsLeft: false, stripsRight: false))
    }
    let path = "\(folder)/added_tokens.json"
    if tokens.isEmpty, fileExists(path) {
      for member in try JSONField(path: path).members() {
        add(member.key, try member.field.tokenID(named: member.key))
      }
    }
    for text in rules.special where !tokens.contains(where: { $0.text.elementsEqual(text.utf8) }) {
      if let id = vocabulary.id(of: text) { add(text, Int(id)) }
    }
    return tokens
  }
}
