/// The tokens of words met before, for one text; forgets all when it is full.
struct WordCache {
  private var words = ByteStringTable()
  private var ids: [Int] = []
  /// Where the ids of each word end.
  private var ends: [Int] = []

  /// Longer words rarely come again.
  static let longestWord = 64
  private static let byteLimit = 1 << 20

  /// Appends the ids of the word, which `encode` computes where the cache does not have them.
  mutating func append(
    _ word: Span<UInt8>, to output: inout [Int],
    encode: (Span<UInt8>, inout [Int]) throws(TokenizerError) -> Void
  ) throws(TokenizerError) {
    if let index = words.index(of: word) {
      output += ids[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
      return
    }
    let start = output.count
    try encode(word, &output)
    if words.byteCount > Self.byteLimit { removeAll() }
    _ = words.insert(word)
    ids += output[start...]
    ends.append(ids.count)
  }

  private mutating func removeAll() {
    words.removeAll()
    ids.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }
}
