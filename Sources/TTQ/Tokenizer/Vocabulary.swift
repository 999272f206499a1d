/// The tokens of a model by their bytes and by their ids.
struct Vocabulary: Sendable {
  private var table = ByteStringTable()
  /// The id of each string of `table`.
  private var ids: [Int32] = []
  /// The string of `table` that each id stands for; -1 for ids that stand for none.
  private var strings: [Int32] = []

  /// Ids are below this, so that a hostile file cannot ask for a huge table.
  static let idLimit = 1 << 22

  /// One more than the highest id.
  var count: Int { strings.count }

  /// The token that is spelt by exactly these bytes.
  func id(of bytes: Span<UInt8>) -> Int32? { table.index(of: bytes).map { ids[$0] } }

  func id(of text: String) -> Int32? { id(of: Array(text.utf8).span) }

  /// The bytes of a token; none for an id without token.
  func bytes(of id: Int) -> ArraySlice<UInt8> {
    guard strings.indices.contains(id), strings[id] >= 0 else { return [] }
    return table.string(Int(strings[id]))
  }

  /// Why a token was refused.
  enum Conflict: Error {
    case sameID
    case sameText
  }

  /// Adds a token; a second time with the same bytes and id is no change.
  mutating func add(_ bytes: Span<UInt8>, id: Int) throws(Conflict) {
    precondition((0..<Self.idLimit).contains(id))
    let (string, inserted) = table.insert(bytes)
    if !inserted {
      guard ids[string] == id else { throw .sameText }
      return
    }
    ids.append(Int32(id))
    while strings.count <= id { strings.append(-1) }
    guard strings[id] < 0 else { throw .sameID }
    strings[id] = Int32(string)
  }
}
