/// The bytes that each token stands for in a text, with the decoder's replacements made.
struct TokenDecoder: Sendable {
  private var bytes: [UInt8] = []
  /// Where the bytes of each id end.
  private var ends: [Int] = []
  /// Taken off the beginning of a text, at most `stripCount` times.
  let strip: [UInt8]
  let stripCount: Int

  /// - Parameter output: the bytes of a token by its id.
  init(count: Int, strip: [UInt8], stripCount: Int, output: (Int) -> ArraySlice<UInt8>) {
    self.strip = strip
    self.stripCount = stripCount
    for id in 0..<count {
      bytes += output(id)
      ends.append(bytes.count)
    }
  }

  var count: Int { ends.count }

  /// The bytes of a token; none for an id without token.
  func bytes(of id: Int) -> ArraySlice<UInt8> {
    guard ends.indices.contains(id) else { return [] }
    return bytes[(id == 0 ? 0 : ends[id - 1])..<ends[id]]
  }
}

/// Decodes token by token, and holds bytes back until the scalar that they begin is whole.
public struct StreamDecoder: Sendable {
  private let decoder: TokenDecoder
  private let hidden: Set<Int>
  /// Bytes not yet shown: the beginning of a scalar, or of what is stripped off the text.
  private var pending: [UInt8] = []
  private var stripsLeft: Int

  init(_ decoder: TokenDecoder, hidden: Set<Int>, continuing: Bool) {
    self.decoder = decoder
    self.hidden = hidden
    stripsLeft = continuing ? 0 : decoder.stripCount
  }

  /// The text that the token completes; may be empty.
  public mutating func append(_ id: Int) -> String {
    guard !hidden.contains(id) else { return "" }
    pending += decoder.bytes(of: id)
    while stripsLeft > 0, !pending.isEmpty {
      guard pending.starts(with: decoder.strip) else {
        if decoder.strip.starts(with: pending) { return "" }
        stripsLeft = 0
        break
      }
      pending.removeFirst(decoder.strip.count)
      stripsLeft -= 1
    }
    return take(pending.count - UTF8Boundary.unfinished(pending))
  }

  /// The rest, with U+FFFD for a scalar that never became whole.
  public mutating func finish() -> String { take(pending.count) }

  private mutating func take(_ count: Int) -> String {
    defer { pending.removeFirst(count) }
    return String(decoding: pending[..<count], as: UTF8.self)
  }
}
