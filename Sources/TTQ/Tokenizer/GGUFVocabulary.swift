/// The tokens in the metadata of a GGUF file, by what the file says they are.
struct GGUFVocabulary {
  /// What a token is, by ggml's numbers.
  enum Kind: Int {
    case normal = 1
    case unknown, control, userDefined, unused, byte
  }

  let texts: [String]
  let kinds: [Kind]
  private let field: JSONField
  private let metadata: JSONField

  init(_ metadata: JSONField) throws(ModelFileError) {
    self.metadata = metadata
    field = metadata["tokenizer.ggml.tokens"]
    guard case .array(let tokens) = field.value, !tokens.isEmpty, tokens.count <= Vocabulary.idLimit else {
      throw field.expected("an array of tokens")
    }
    var texts: [String] = []
    texts.reserveCapacity(tokens.count)
    for token in tokens {
      guard case .string(let text) = token else { throw field.expected("strings", found: token.summary) }
      texts.append(text)
    }
    self.texts = texts
    kinds = try Self.kinds(metadata["tokenizer.ggml.token_type"], count: texts.count)
  }

  private static func kinds(_ field: JSONField, count: Int) throws(ModelFileError) -> [Kind] {
    guard !field.isNull else { return Array(repeating: .normal, count: count) }
    guard case .array(let values) = field.value, values.count == count else {
      throw field.expected("the types of \(count) tokens")
    }
    var kinds: [Kind] = []
    kinds.reserveCapacity(count)
    for value in values {
      guard case .integer(let number) = value, let kind = Kind(rawValue: number) else {
        throw field.expected("types in 1...6", found: value.summary)
      }
      kinds.append(kind)
    }
    return kinds
  }

  /// Whether there is a tokenizer in the metadata.
  static func isIn(_ metadata: JSONField) -> Bool {
    switch metadata["tokenizer.ggml.model"].value {
    case .null, .string("none"), .string("no_vocab"): false
    default: true
    }
  }

  /// The tokens that merging and decoding know; at byte level texts are spelt in `ByteAlphabet`.
  func vocabulary(byteLevel: Bool) throws(ModelFileError) -> Vocabulary {
    var vocabulary = Vocabulary()
    var bytes: [UInt8] = []
    for (id, text) in texts.enumerated() where kinds[id] != .control && kinds[id] != .userDefined {
      bytes.removeAll(keepingCapacity: true)
      if !byteLevel || !ByteAlphabet.decode(text, into: &bytes) { bytes += text.utf8 }
      try vocabulary.add(bytes, id: id, named: text, in: field)
    }
    return vocabulary
  }

  /// Markers, which are special, and tokens that someone defined, which are not; both are found in a text as a whole.
  ///
  /// - Parameter mark: what stands for a space in their texts, or nil.
  func added(mark: String? = nil) -> [AddedToken] {
    texts.indices.filter { kinds[$0] == .control || kinds[$0] == .userDefined }.map { id in
      let text = mark.map { texts[id].replacing($0, with: " ") } ?? texts[id]
      return AddedToken(
        id: id, text: Array(text.utf8), special: kinds[id] == .control, stripsLeft: false, stripsRight: false)
    }
  }

  /// The merges that scores stand for: two neighbours that spell a token join into it, the highest score first.
  func mergesByScore(_ vocabulary: Vocabulary) throws(ModelFileError) -> MergeTable {
    let field = metadata["tokenizer.ggml.scores"]
    guard case .array(let values) = field.value, values.count == texts.count else {
      throw field.expected("the scores of \(texts.count) tokens")
    }
    var scored: [(id: Int, score: Double)] = []
    for (id, value) in values.enumerated() where kinds[id] == .normal {
      guard case .number(let score) = value, !score.isNaN else { throw field.expected("numbers", found: value.summary) }
      guard texts[id].utf8.count <= MergeTable.longestToken else {
        throw self.field.expected(
          "tokens of at most \(MergeTable.longestToken) bytes", found: "\(texts[id].utf8.count)")
      }
      scored.append((id, score))
    }
    scored.sort { $0.score > $1.score }
    var ranks: [(id: Int32, rank: UInt32)] = []
    var rank: UInt32 = 0
    for (index, token) in scored.enumerated() {
      // Of equal scores the leftmost pair comes first, so they share a rank.
      if index > 0, token.score < scored[index - 1].score { rank += 1 }
      ranks.append((Int32(token.id), rank))
    }
    return MergeTable(ranks: ranks, vocabulary: vocabulary)
  }

  /// The tokens around a text; the file says whether there are, or `before` does for the one before it.
  func template(addsFirst before: Bool, first: Int?) throws(ModelFileError) -> Tokenizer.Template {
    func id(_ name: String, _ fallback: Int?) throws(ModelFileError) -> Int {
      let field = metadata["tokenizer.ggml.\(name)_token_id"]
      if field.isNull, let fallback { return fallback }
      return try field.integer(in: 0...texts.count - 1)
    }
    var template = Tokenizer.Template()
    if try metadata["tokenizer.ggml.add_bos_token"].bool(or: before) { template.before = [try id("bos", first)] }
    if try metadata["tokenizer.ggml.add_eos_token"].bool(or: false) { template.after = [try id("eos", nil)] }
    return template
  }

  /// Markers of the ends of turns and texts; files name one of them, and a model may write another.
  private static let endMarkers: Set<String> = [
    "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|im_end|>", "<|endoftext|>", "<end_of_turn>",
  ]

  /// Every token that ends a generation: those that the file names and the markers that it has.
  static func endTokens(_ metadata: JSONField, ids: ClosedRange<Int>) throws(ModelFileError) -> Set<Int> {
    var ends: Set<Int> = []
    for name in ["eos", "eot", "eom"] {
      if let id = try metadata["tokenizer.ggml.\(name)_token_id"].ifPresent?.integer(in: ids) { ends.insert(id) }
    }
    guard isIn(metadata) else { return ends }
    let vocabulary = try GGUFVocabulary(metadata)
    for id in vocabulary.texts.indices
    where vocabulary.kinds[id] == .control && ids.contains(id) && endMarkers.contains(vocabulary.texts[id]) {
      ends.insert(id)
    }
    return ends
  }
}
