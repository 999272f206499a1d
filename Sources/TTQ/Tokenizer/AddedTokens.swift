/// A token outside of the merges (a marker of the chat format, the end of a text), found in a text as a whole.
struct AddedToken: Sendable, Hashable {
  let id: Int
  let text: [UInt8]
  /// Not shown when decoding.
  let special: Bool
  /// Takes the white space before it, or after it, along.
  let stripsLeft: Bool
  let stripsRight: Bool
}

/// The added tokens of a tokenizer, ready to be searched for.
struct AddedTokens: Sendable {
  /// Sorted so that of two tokens that start alike the longer comes first.
  let tokens: [AddedToken]
  /// The tokens of `tokens` that start with each byte.
  private let byFirstByte: [[Int]]
  /// Ids that `decode` leaves out.
  let specialIDs: Set<Int>

  init(_ tokens: [AddedToken]) {
    let sorted = tokens.filter { !$0.text.isEmpty }.sorted { $0.text.count > $1.text.count }
    var byFirstByte = [[Int]](repeating: [], count: 256)
    for (index, token) in sorted.enumerated() { byFirstByte[Int(token.text[0])].append(index) }
    self.tokens = sorted
    self.byFirstByte = byFirstByte
    specialIDs = Set(tokens.filter(\.special).map(\.id))
  }

  /// A stretch of text without added tokens, and the token after it, if it is not the last.
  struct Segment {
    let text: Range<Int>
    let token: Int?
  }

  /// Cuts the text at the added tokens, at special ones only where `special`: leftmost first, and the longest there.
  func segments(of text: [UInt8], special: Bool) -> [Segment] {
    guard tokens.contains(where: { special || !$0.special }) else {
      return [Segment(text: text.indices, token: nil)]
    }
    var segments: [Segment] = []
    var start = 0
    var at = 0
    while at < text.count {
      guard let token = token(at: at, in: text, special: special) else {
        at += 1
        continue
      }
      var end = at
      at += token.text.count
      if token.stripsLeft { while end > start, Self.isSpace(text[end - 1]) { end -= 1 } }
      if token.stripsRight { while at < text.count, Self.isSpace(text[at]) { at += 1 } }
      segments.append(Segment(text: start..<end, token: token.id))
      start = at
    }
    segments.append(Segment(text: start..<text.count, token: nil))
    return segments
  }

  private func token(at index: Int, in text: [UInt8], special: Bool) -> AddedToken? {
    for candidate in byFirstByte[Int(text[index])] where special || !tokens[candidate].special {
      if text[index...].starts(with: tokens[candidate].text) { return tokens[candidate] }
    }
    return nil
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
