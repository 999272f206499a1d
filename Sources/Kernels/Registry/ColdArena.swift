package import Records

/// Memory larger than the last-level cache that a trial fills with copies of its weights, so that each timed call finds them cold.
///
/// One arena serves all trials of a process, one after the other; copies with the same key are not made again. Copies that follow one
/// another do not lie side by side, as a model's matrices may not: what a call fetches past its end would else serve the next one.
package final class ColdArena {
  private var memory: AlignedBuffer<UInt8>
  private let pages: Pages
  private var key = ""
  /// How many places one copy lies after the one before it.
  private var step = 1

  /// An arena of at least `bytes` bytes.
  package init(bytes: Int, pages: Pages = .huge) {
    self.pages = pages
    memory = AlignedBuffer(repeating: 0, count: max(bytes, 64), pages: pages)
  }

  /// Copies fit of `size` bytes each; a size beyond the arena makes it grow to one.
  func copies(of size: Int) -> Int { max(1, memory.count / Self.stride(size)) }

  /// The start of copy `index` of `size` bytes, aligned to 64 bytes.
  func copy(_ index: Int, of size: Int) -> UnsafeMutablePointer<UInt8> {
    unsafe memory.pointer + index * step % copies(of: size) * Self.stride(size)
  }

  /// Fills every copy of `size` bytes with what `make` writes into the first; `key` names the contents.
  func fill(size: Int, key: String, make: (UnsafeMutablePointer<UInt8>) -> Void) {
    if Self.stride(size) > memory.count {
      memory = AlignedBuffer(repeating: 0, count: Self.stride(size), pages: pages)
    } else if self.key == key {
      return
    }
    self.key = key
    step = Self.step(over: copies(of: size))
    unsafe make(memory.pointer)
    for index in 1..<max(1, copies(of: size)) {
      unsafe (memory.pointer + index * Self.stride(size)).update(from: memory.pointer, count: size)
    }
  }

  /// A step of about 0.4 times `count` that comes by all of them.
  private static func step(over count: Int) -> Int {
    func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
    let start = max(1, count * 2 / 5)
    return (start...max(start, count)).first { divisor($0, count) == 1 } ?? 1
  }

  private static func stride(_ size: Int) -> Int { (size + 63) / 64 * 64 }
}
