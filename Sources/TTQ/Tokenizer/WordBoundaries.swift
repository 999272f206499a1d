/// Where text without a pre-tokenizer may be cut and still give the same tokens.
///
/// No merge crosses two neighbouring scalars that stand side by side in no token, so the text on either side is
/// tokenized alone: a file becomes words that a cache knows, where it would be one word of a million symbols.
struct WordBoundaries: Sendable {
  /// Scalars that are tokens. Others become bytes or unknowns, whose merges their scalars do not tell.
  private var known: Set<UInt32> = []
  /// Pairs of scalars that are neighbours in some token.
  private var joined: Set<UInt64> = []

  init(_ vocabulary: Vocabulary) {
    for id in 0..<vocabulary.count {
      let token = Array(vocabulary.bytes(of: id))
      var left: UInt32?
      Self.forEachScalar(of: token.span, in: token.indices) { scalar, range in
        if range.count == token.count { known.insert(scalar) }
        if let left { joined.insert(Self.pair(left, scalar)) }
        left = scalar
      }
    }
  }

  /// Appends the pieces of `text[range]`, as ranges of `text`, to `words`.
  func split(_ text: Span<UInt8>, _ range: Range<Int>, into words: inout [Range<Int>]) {
    var start = range.lowerBound
    var left: UInt32?
    Self.forEachScalar(of: text, in: range) { scalar, position in
      if let left, !joined.contains(Self.pair(left, scalar)), known.contains(left), known.contains(scalar) {
        words.append(start..<position.lowerBound)
        start = position.lowerBound
      }
      left = scalar
    }
    if start < range.upperBound { words.append(start..<range.upperBound) }
  }

  private static func pair(_ left: UInt32, _ right: UInt32) -> UInt64 { UInt64(left) << 32 | UInt64(right) }

  /// Calls `body` with each scalar, as the up to four bytes that spell it, and where it is.
  private static func forEachScalar(of text: Span<UInt8>, in range: Range<Int>, _ body: (UInt32, Range<Int>) -> Void) {
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(start + UTF8Boundary.length(lead: text[start]), range.upperBound)
      var scalar: UInt32 = 0
      for index in start..<end { scalar = scalar << 8 | UInt32(text[index]) }
      body(scalar, start..<end)
      start = end
    }
  }
}
