package import Records

/// Memory larger than the last-level cache that a trial fills with copies of its weights, so that each timed call finds them cold.
///
/// One arena serves all trials of a process, one after the other; copies with the same key are not made again.
package final class ColdArena {
  private var memory: AlignedBuffer<UInt8>
  private let pages: Pages
  private var key = ""

  /// An arena of at least `bytes` bytes.
  package init(bytes: Int, pages: Pages = .huge) {
    self.pages = pages
    memory = AlignedBuffer(repeating: 0, count: max(bytes, 64), pages: pages)
  }

  /// Copies fit of `size` bytes each; a size beyond the arena makes it grow to one.
  func copies(of size: Int) -> Int { max(1, memory.count / Self.stride(size)) }

  /// The start of copy `index` of `size` bytes, aligned to 64 bytes.
  func copy(_ index: Int, of size: Int) -> UnsafeMutablePointer<UInt8> {
    unsafe memory.pointer + index * Self.stride(size)
  }

  /// Fills every copy of `size` bytes with what `make` writes into the first; `key` names the contents.
  func fill(size: Int, key: String, make: (UnsafeMutablePointer<UInt8>) -> Void) {
    if Self.stride(size) > memory.count {
      memory = AlignedBuffer(repeating: 0, count: Self.stride(size), pages: pages)
    } else if self.key == key {
      return
    }
    self.key = key
    unsafe make(memory.pointer)
    for index in 1..<max(1, copies(of: size)) {
      unsafe (memory.pointer + index * Self.stride(size)).update(from: memory.pointer, count: size)
    }
  }

  private static func stride(_ size: Int) -> Int { (size + 63) / 64 * 64 }
}
