extension Vocabulary {
  /// Reads an object of token texts and ids; at byte level texts are spelt in `ByteAlphabet`.
  init(_ field: JSONField, byteLevel: Bool) throws(ModelFileError) {
    guard case .object(let members) = field.value, !members.isEmpty else {
      throw field.expected("an object of tokens and ids")
    }
    self.init()
    var bytes: [UInt8] = []
    for member in members {
      bytes.removeAll(keepingCapacity: true)
      // A text outside of the alphabet is an added token; no merge can make it.
      if !byteLevel || !ByteAlphabet.decode(member.key, into: &bytes) { bytes += member.key.utf8 }
      let token = JSONField(path: field.path, name: field.name, value: member.value)
      try add(bytes, id: try token.tokenID(named: member.key), named: member.key, in: token)
    }
  }

  /// Adds a token that `field` describes, with errors that name both.
  mutating func add(_ bytes: [UInt8], id: Int, named name: String, in field: JSONField) throws(ModelFileError) {
    do throws(Conflict) {
      try add(bytes.span, id: id)
    } catch {
      throw switch error {
      case .sameID: field.expected("an id of its own for token \"\(name)\"", found: "id \(id) twice")
      case .sameText: field.expected("one id for token \"\(name)\"", found: "two")
      }
    }
  }
}

extension JSONField {
  func tokenID(named name: String) throws(ModelFileError) -> Int {
    guard case .integer(let id) = value, (0..<Vocabulary.idLimit).contains(id) else {
      throw expected("an id in 0..<\(Vocabulary.idLimit) for token \"\(name)\"")
    }
    return id
  }
}

extension MergeTable {
  /// Reads merges in the order of their ranks, each as `left right` or as two strings.
  init(_ field: JSONField, vocabulary: Vocabulary, byteLevel: Bool) throws(ModelFileError) {
    guard case .array(let rows) = field.value else { throw field.expected("an array of merges") }
    self.init(count: rows.count)
    for (rank, row) in rows.enumerated() {
      var parts: [String] = []
      switch row {
      case .string(let text): parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      case .array(let values):
        for case .string(let text) in values { parts.append(text) }
      default: break
      }
      try add(parts, rank: rank, vocabulary: vocabulary, byteLevel: byteLevel) {
        JSONField(path: field.path, name: "\(field.name) \(rank)", value: row)
      }
    }
  }

  private mutating func add(
    _ parts: [String], rank: Int, vocabulary: Vocabulary, byteLevel: Bool, row: () -> JSONField
  ) throws(ModelFileError) {
    guard parts.count == 2, rank < UInt32.max else { throw row().expected("two tokens") }
    var bytes: [UInt8] = []
    var ids: [Int32] = []
    for part in parts {
      let start = bytes.count
      if !byteLevel || !ByteAlphabet.decode(part, into: &bytes) { bytes += part.utf8 }
      guard let id = vocabulary.id(of: bytes.span.extracting(start..<bytes.count)) else {
        throw row().expected("tokens of the vocabulary", found: "\"\(part)\"")
      }
      ids.append(id)
    }
    guard let merged = vocabulary.id(of: bytes.span) else {
      throw row().expected("a merge into a token of the vocabulary", found: "\"\(parts[0])\(parts[1])\"")
    }
    self[ids[0], ids[1]] = Merge(rank: UInt32(rank), id: merged)
  }
}

extension AddedToken {
  /// Reads the row of an added token; `id` is given where the row is filed under it.
  init(_ field: JSONField, id: Int? = nil) throws(ModelFileError) {
    let content = try field["content"].string()
    if try field["single_word"].bool(or: false) { throw field["single_word"].unsupported("false") }
    let known = if let id { id } else { try field["id"].tokenID(named: content) }
    self.init(
      id: known, text: Array(content.utf8),
      special: try field["special"].bool(or: false), stripsLeft: try field["lstrip"].bool(or: false),
      stripsRight: try field["rstrip"].bool(or: false))
  }
}
