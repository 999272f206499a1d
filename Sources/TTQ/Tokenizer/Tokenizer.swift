/// Text to token ids and back: byte pair encoding as the models of Hugging Face folders use it.
///
/// A value that any thread may use; it holds no state between calls.
public struct Tokenizer: Sendable {
  let normalizers: [Normalizer]
  /// Applied in turn, each to the words of the one before.
  let patterns: [SplitPattern]
  /// Every stretch of text starts with a space.
  let prefixSpace: Bool
  let model: BytePairModel
  let added: AddedTokens
  var template: Template
  let decoder: TokenDecoder

  /// The tokens that a model expects around a text.
  struct Template: Sendable, Hashable {
    var before: [Int] = []
    var after: [Int] = []
  }

  /// One more than the highest id; a model's own vocabulary may be padded beyond.
  public var count: Int { decoder.count }

  /// The tokens of a text.
  ///
  /// - Parameters:
  ///   - special: read special tokens (`<|im_end|>`) as such; otherwise they are text. Added tokens that are not special are always
  ///     found.
  ///   - template: put what the model expects around a text (the token for its beginning) there.
  public func encode(_ text: String, special: Bool = false, template: Bool = false) throws(TokenizerError) -> [Int] {
    var encoding = Encoding(tokenizer: self)
    if template { encoding.ids += self.template.before }
    try encoding.append(text, special: special, isFirst: true)
    if template { encoding.ids += self.template.after }
    return encoding.ids
  }

  /// The tokens of a text in which special tokens are text.
  ///
  /// - Parameter isFirst: nothing comes before the text.
  func encode(_ text: String, isFirst: Bool) throws(TokenizerError) -> [Int] {
    var encoding = Encoding(tokenizer: self)
    try encoding.append(text, special: false, isFirst: isFirst)
    return encoding.ids
  }

  /// The id of an added token or a token of the vocabulary.
  func id(of text: String) -> Int? {
    added.tokens.first { $0.text.elementsEqual(text.utf8) }?.id ?? model.vocabulary.id(of: text).map(Int.init)
  }

  /// The text of tokens; bytes that are not UTF-8 become U+FFFD, ids without token nothing.
  ///
  /// - Parameter special: show special tokens, too.
  public func decode(_ ids: [Int], special: Bool = false) -> String {
    var stream = stream(special: special)
    var text = ""
    for id in ids { text += stream.append(id) }
    return text + stream.finish()
  }

  /// A decoder that takes one token at a time.
  ///
  /// - Parameters:
  ///   - continuing: the tokens follow others, so that a space at their beginning is kept.
  ///   - special: show special tokens, too.
  public func stream(continuing: Bool = false, special: Bool = false) -> StreamDecoder {
    StreamDecoder(decoder, hidden: special ? [] : added.specialIDs, continuing: continuing)
  }
}

/// One call of `encode`: the ids so far and the memory that its words share.
private struct Encoding: ~Copyable {
  let tokenizer: Tokenizer
  var ids: [Int] = []
  private var queue = MergeQueue()
  private var cache = WordCache()
  private let scratch = MatchScratch()

  init(tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  mutating func append(_ text: String, special: Bool, isFirst: Bool) throws(TokenizerError) {
    let bytes = Array(text.utf8)
    for segment in tokenizer.added.segments(of: bytes, special: special) {
      try append(Array(bytes[segment.text]), isFirst: isFirst && segment.text.lowerBound == 0)
      if let token = segment.token { ids.append(token) }
    }
  }

  /// Appends the tokens of a stretch of text without added tokens.
  private mutating func append(_ stretch: [UInt8], isFirst: Bool) throws(TokenizerError) {
    guard !stretch.isEmpty else { return }
    var text = tokenizer.normalizers.reduce(stretch) { $1.apply($0, isFirst: isFirst) }
    if tokenizer.prefixSpace, text.first != UInt8(ascii: " ") { text.insert(UInt8(ascii: " "), at: 0) }
    var words = [0..<text.count]
    for pattern in tokenizer.patterns {
      var parts: [Range<Int>] = []
      for word in words { try pattern.split(text.span, word, with: scratch, into: &parts) }
      words = parts
    }
    if let boundaries = tokenizer.model.boundaries {
      var parts: [Range<Int>] = []
      for word in words { boundaries.split(text.span, word, into: &parts) }
      words = parts
    }
    for word in words { try append(text.span.extracting(word)) }
  }

  private mutating func append(_ word: Span<UInt8>) throws(TokenizerError) {
    let model = tokenizer.model
    guard word.count <= WordCache.longestWord else {
      return try model.encode(word, queue: &queue, into: &ids)
    }
    try cache.append(word, to: &ids) { (word, ids) throws(TokenizerError) in
      try model.encode(word, queue: &queue, into: &ids)
    }
  }
}
