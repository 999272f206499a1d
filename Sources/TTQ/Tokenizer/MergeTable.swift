/// The merges of a byte pair encoding: which two neighbours join, how early, and into what.
struct MergeTable: Sendable {
  struct Merge: Sendable {
    /// Lower ranks merge first.
    let rank: UInt32
    let id: Int32
  }

  /// Open addressing with linear probing; the pair of ids as one word, all ones where empty. At most half full.
  private var keys: [UInt64]
  private var merges: [Merge]

  /// A table with room for `count` merges.
  init(count: Int) {
    var capacity = 16
    while capacity < count * 2 { capacity *= 2 }
    keys = Array(repeating: .max, count: capacity)
    merges = Array(repeating: Merge(rank: .max, id: -1), count: capacity)
  }

  subscript(left: Int32, right: Int32) -> Merge? {
    get {
      let slot = slot(Self.key(left, right))
      return keys[slot] == .max ? nil : merges[slot]
    }
    set {
      guard let newValue else { return }
      let key = Self.key(left, right)
      let slot = slot(key)
      keys[slot] = key
      merges[slot] = newValue
    }
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func slot(_ key: UInt64) -> Int {
    let mask = keys.count - 1
    let mixed = key &* 0x9E37_79B9_7F4A_7C15
    var slot = Int(truncatingIfNeeded: mixed >> 32) & mask
    while keys[slot] != .max, keys[slot] != key { slot = (slot + 1) & mask }
    return slot
  }
}
