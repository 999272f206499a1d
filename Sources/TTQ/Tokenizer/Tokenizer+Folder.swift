extension Tokenizer {
  /// Reads the tokenizer of a model folder: `tokenizer.json`, `vocab.json` with `merges.txt`, or the tiktoken ranks of Llama 3 in
  /// `tokenizer.model`; or, where `folder` names a file, that of a GGUF file.
  ///
  /// Throws one line that names the file and what was expected.
  public init(folder: String) throws(ModelFileError) {
    guard !ModelSource.isFile(folder) else {
      try self.init(GGUFFile(path: folder).metadata)
      return
    }
    let configuration = try TokenizerConfiguration(folder: folder)
    switch TokenizerFile(folder: folder) {
    case .json: try self.init(json: try JSONField(path: "\(folder)/tokenizer.json"), configuration: configuration)
    case .vocabulary: try self.init(vocabularyIn: folder, configuration: configuration)
    case .ranks: try self.init(ranksIn: folder, configuration: configuration)
    case nil:
      throw .unreadable(
        path: folder,
        reason: "has no tokenizer; expected \(TokenizerFile.allCases.map(\.rawValue).joined(separator: ", "))")
    }
  }

  /// Byte-level merges in two files, which leave the split pattern to the tokenizer's class.
  private init(vocabularyIn folder: String, configuration: TokenizerConfiguration?) throws(ModelFileError) {
    let file = try JSONField(path: "\(folder)/\(TokenizerFile.vocabulary.rawValue)")
    let rules = try configuration?.knownClass() ?? TokenizerConfiguration.classes[0]
    var pipeline = try TextPipeline(rules.rule, from: file)
    pipeline.prefixSpace = try configuration?.root["add_prefix_space"].bool(or: false) ?? false
    let vocabulary = try Vocabulary(file, byteLevel: true)
    let merges = try MergeTable(
      try Self.merges(path: "\(folder)/merges.txt"), vocabulary: vocabulary, byteLevel: true)
    try self.init(
      pipeline: pipeline, vocabulary: vocabulary, merges: merges,
      added: try Self.addedTokens(folder: folder, configuration: configuration, rules: rules, vocabulary: vocabulary),
      options: BytePairModel.Options(byteLevel: true), decoder: TokenDecoder.Steps(),
      addedFrom: JSONField(path: folder, name: "added tokens", value: .null))
    template = try configuration?.template(self) ?? template
  }

  /// Llama 3's vocabulary as it is published; its program puts the first marker before a text.
  private init(ranksIn folder: String, configuration: TokenizerConfiguration?) throws(ModelFileError) {
    let path = "\(folder)/\(TokenizerFile.ranks.rawValue)"
    let file = try TiktokenRanks(path: path)
    let field = JSONField(path: path, name: "added tokens", value: .null)
    let configured = try configuration?.addedTokens() ?? []
    try self.init(
      pipeline: try TextPipeline(.llama3, from: field), vocabulary: file.vocabulary, merges: file.merges,
      added: configured.isEmpty ? file.markers : configured,
      options: BytePairModel.Options(byteLevel: true, ignoreMerges: true), decoder: TokenDecoder.Steps(),
      addedFrom: field)
    template.before = [file.markers[0].id]
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
    for text in try rules.special + (configuration?.markers() ?? []) {
      guard !tokens.contains(where: { $0.text.elementsEqual(text.utf8) }), let id = vocabulary.id(of: text) else {
        continue
      }
      add(text, Int(id))
    }
    return tokens
  }
}

/// The files that hold a tokenizer, in the order in which a folder is searched for them.
enum TokenizerFile: String, CaseIterable {
  case json = "tokenizer.json"
  case vocabulary = "vocab.json"
  case ranks = "tokenizer.model"

  /// The first that is there.
  init?(folder: String) {
    guard let found = Self.allCases.first(where: { fileExists("\(folder)/\($0.rawValue)") }) else { return nil }
    self = found
  }
}
