/// A set of byte strings, numbered in the order of their insertion.
///
/// Tokens are bytes: as `String` keys, canonically equivalent pieces would be one key.
struct ByteStringTable: Sendable {
  private var bytes: [UInt8] = []
  /// Where string `i` ends in `bytes`; it starts where the one before ends.
  private var ends: [Int] = []
  /// Open addressing with linear probing: numbers of strings, or -1. A power of two, at most half full.
  private var slots: [Int32] = Array(repeating: -1, count: 16)

  var count: Int { ends.count }

  /// Bytes of all strings.
  var byteCount: Int { bytes.count }

  func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

  /// The bytes of string `index`.
  func string(_ index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }

  /// The number of `key` if it is in the table.
  func index(of key: Span<UInt8>) -> Int? {
    let slot = slot(of: key)
    return slots[slot] < 0 ? nil : Int(slots[slot])
  }

  /// The number of `key`, which is added unless it is there.
  mutating func insert(_ key: Span<UInt8>) -> (index: Int, inserted: Bool) {
    let slot = slot(of: key)
    guard slots[slot] < 0 else { return (Int(slots[slot]), false) }
    for index in key.indices { bytes.append(key[index]) }
    ends.append(bytes.count)
    slots[slot] = Int32(count - 1)
    if count * 2 > slots.count { grow() }
    return (count - 1, true)
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    for slot in slots.indices { slots[slot] = -1 }
  }

  private func slot(of key: Span<UInt8>) -> Int {
    let mask = slots.count - 1
    var slot = Self.hash(key) & mask
    while slots[slot] >= 0, !isEqual(Int(slots[slot]), key) { slot = (slot + 1) & mask }
    return slot
  }

  private func isEqual(_ index: Int, _ key: Span<UInt8>) -> Bool {
    let range = range(index)
    guard range.count == key.count else { return false }
    for offset in key.indices where bytes[range.lowerBound + offset] != key[offset] { return false }
    return true
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 2)
    for index in 0..<count {
      let slot = slot(of: bytes.span.extracting(range(index)))
      slots[slot] = Int32(index)
    }
  }

  /// FNV-1a with a final mix, since only low bits are used.
  private static func hash(_ key: Span<UInt8>) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in key.indices { hash = (hash ^ UInt64(key[index])) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: hash ^ hash >> 29)
  }
}
