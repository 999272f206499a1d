/// Byte pair encoding: splits a word into symbols and merges them by rank.
struct BytePairModel: Sendable {
  let vocabulary: Vocabulary
  let merges: MergeTable
  let options: Options
  /// Nil where words must stay whole, or are short anyway.
  let boundaries: WordBoundaries?
  /// The token of each single byte: of the bytes themselves at byte level, of `<0xNN>` otherwise; nil where there is none.
  private let byteTokens: [Int32?]

  struct Options: Sendable {
    /// Symbols are bytes; otherwise Unicode scalars.
    var byteLevel = false
    /// Scalars that are not in the vocabulary become one `<0xNN>` token for each byte.
    var byteFallback = false
    /// What stands for the rest; nil makes it an error.
    var unknown: Int32?
    /// Neighbouring unknowns are one.
    var fuseUnknown = false
    /// A word that is a token is that token, whatever the merges say.
    var ignoreMerges = false
  }

  init(vocabulary: Vocabulary, merges: MergeTable, options: Options) {
    self.vocabulary = vocabulary
    self.merges = merges
    self.options = options
    boundaries = options.byteLevel || options.ignoreMerges ? nil : WordBoundaries(vocabulary)
    byteTokens = (UInt8.min...UInt8.max).map { byte in
      options.byteLevel ? vocabulary.id(of: [byte].span) : vocabulary.id(of: Self.fallbackName(byte))
    }
  }

  /// `<0x0A>`: how vocabularies with byte fallback spell a byte.
  static func fallbackName(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x\(digits.count < 2 ? "0" : "")\(digits)>"
  }

  /// Appends the tokens of a word of valid UTF-8 to `ids`.
  func encode(_ word: Span<UInt8>, queue: inout MergeQueue, into ids: inout [Int]) throws(TokenizerError) {
    if options.ignoreMerges, let id = vocabulary.id(of: word) {
      ids.append(Int(id))
      return
    }
    if options.byteLevel {
      for index in word.indices { queue.append(try token(ofByte: word[index])) }
    } else {
      try appendScalars(of: word, to: &queue)
    }
    queue.merge(with: merges, into: &ids)
  }

  private func token(ofByte byte: UInt8) throws(TokenizerError) -> Int32 {
    guard let token = byteTokens[Int(byte)] ?? options.unknown else {
      throw .notInVocabulary(Self.fallbackName(byte))
    }
    return token
  }

  private func appendScalars(of word: Span<UInt8>, to queue: inout MergeQueue) throws(TokenizerError) {
    var start = 0
    var afterUnknown = false
    while start < word.count {
      let end = min(start + UTF8Boundary.length(lead: word[start]), word.count)
      defer { start = end }
      let scalar = word.extracting(start..<end)
      if let id = vocabulary.id(of: scalar) {
        queue.append(id)
        afterUnknown = false
      } else if options.byteFallback, scalar.indices.allSatisfy({ byteTokens[Int(word[start + $0])] != nil }) {
        for index in scalar.indices { queue.append(try token(ofByte: scalar[index])) }
        afterUnknown = false
      } else if let unknown = options.unknown {
        if !(afterUnknown && options.fuseUnknown) { queue.append(unknown) }
        afterUnknown = true
      } else {
        throw .notInVocabulary(String(copying: unsafe UTF8Span(unchecked: scalar)))
      }
    }
  }
}
