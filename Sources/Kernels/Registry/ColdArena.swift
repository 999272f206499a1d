package import Records

/// Memory larger than the last-level cache that a trial fills with copies of its weights, so that each timed call finds them cold.
///
/// One arena serves all trials of a process, one after the other; copies with the same key are not made again. Of three and more, no
/// copy lies right behind the one before it: what a call fetches past its end would serve the next one, and in a model something else lies there.
package final class ColdArena {
  private var memory: AlignedBuffer<UInt8>
  /// What the copies take up together at least.
  private let bytes: Int
  private let pages: Pages
  private var key = ""
  /// What references made of the contents.
  private var products: [String: [Double]] = [:]
  /// How many copies there are, and how many places each lies after the one before it.
  private var (places, step) = (1, 1)

  /// An arena of at least `bytes` bytes, taken when it is first filled.
  package init(bytes: Int, pages: Pages = .huge) {
    self.pages = pages
    self.bytes = bytes
    memory = AlignedBuffer(repeating: 0, count: 0)
  }

  /// The copies of `size` bytes each, of which the last may reach beyond what was asked for: one alone of half the arena would still be in
  /// part where the last call left it.
  package func copies(of size: Int) -> Int { max(1, (bytes + Self.stride(size) - 1) / Self.stride(size)) }

  /// The start of copy `index` of `size` bytes, aligned to 64 bytes.
  package func copy(_ index: Int, of size: Int) -> UnsafeMutablePointer<UInt8> {
    unsafe memory.pointer + index * step % places * Self.stride(size)
  }

  /// Fills every copy of `size` bytes with what `make` writes into the first; `key` names the contents.
  package func fill(size: Int, key: String, make: (UnsafeMutablePointer<UInt8>) -> Void) {
    let copies = copies(of: size)
    let needed = copies * Self.stride(size)
    if needed > memory.count {
      // Room for whatever is to be cold, so that pages are taken once; what is never filled takes none.
      memory = unsafe AlignedBuffer(unwritten: max(needed, 2 * bytes), pages: pages)
    } else if self.key == key {
      return
    }
    self.key = key
    products = [:]
    places = copies
    step = Self.step(over: places)
    unsafe make(memory.pointer)
    for index in 1..<places {
      unsafe (memory.pointer + index * Self.stride(size)).update(from: memory.pointer, count: size)
    }
  }

  /// What a reference makes of the contents, computed once for as long as they stay; `key` names the reference and its other operands.
  func product(_ key: String, _ make: () -> [Double]) -> [Double] {
    if let known = products[key] { return known }
    let made = make()
    products[key] = made
    return made
  }

  /// A step of about 0.4 times `count` that comes by all of them, and is not 1 where it need not be.
  private static func step(over count: Int) -> Int {
    func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
    let start = max(2, count * 2 / 5)
    return (start...max(start, count)).first { divisor($0, count) == 1 } ?? 1
  }

  private static func stride(_ size: Int) -> Int { (size + 63) / 64 * 64 }
}
