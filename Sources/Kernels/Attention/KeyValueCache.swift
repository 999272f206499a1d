package import Records

/// Keys and values of one layer, head after head, each head's positions one after the other.
///
/// Under a window those that no later query sees make room for new ones: when the rows are full, the last that are seen move to the front, so
/// that positions always lie side by side, as kernels want them.
package struct KeyValueCache: ~Copyable, Sendable {
  package let type: CacheType
  package let heads: Int
  package let dimension: Int
  /// Positions that there is room for at a time.
  package let capacity: Int
  /// Positions before its own that a query sees at most; nil where it sees all.
  private let reach: Int?
  /// The positions that were appended, of which those from `first` on are held.
  package private(set) var count = 0
  package private(set) var first = 0
  var keys: AlignedBuffer<UInt8>
  var values: AlignedBuffer<UInt8>
  /// heads x capacity where the type has scales, else empty.
  var keyScales: AlignedBuffer<Float>
  var valueScales: AlignedBuffer<Float>

  /// A `window` counts the positions that a query sees, its own included; so many can be appended at once as `capacity` goes beyond all
  /// of them but that one.
  package init(type: CacheType = .f32, heads: Int, dimension: Int, capacity: Int, window: Int? = nil) {
    self.type = type
    reach = window.map { $0 - 1 }
    self.heads = heads
    self.dimension = dimension
    self.capacity = capacity
    let rows = heads * capacity
    keys = AlignedBuffer(repeating: 0, count: rows * dimension * type.elementBytes)
    values = AlignedBuffer(repeating: 0, count: rows * dimension * type.elementBytes)
    keyScales = AlignedBuffer(repeating: 0, count: type.isScaled ? rows : 0)
    valueScales = AlignedBuffer(repeating: 0, count: type.isScaled ? rows : 0)
  }

  package var byteCount: Int { 2 * heads * capacity * type.bytes(dimension: dimension) }

  /// Appends the keys and values of `tokens` positions, each a row of heads x dimension, as `CacheType.encode` rounds them.
  package mutating func append(
    keys newKeys: Span<Float>, values newValues: Span<Float>, tokens: Int, pool: ThreadPool
  ) {
    if let reach, count - first + tokens > capacity { moveToFront(min(reach, count - first)) }
    precondition(
      newKeys.count == tokens * heads * dimension && newValues.count == newKeys.count
        && count - first + tokens <= capacity)
    unsafe newKeys.withUnsafeBufferPointer {
      unsafe write($0, tokens, to: keys.pointer, scales: keyScales.pointer, pool: pool)
    }
    unsafe newValues.withUnsafeBufferPointer {
      unsafe write($0, tokens, to: values.pointer, scales: valueScales.pointer, pool: pool)
    }
    count += tokens
  }

  private func write(
    _ rows: UnsafeBufferPointer<Float>, _ tokens: Int, to base: UnsafeMutablePointer<UInt8>,
    scales: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    guard let source = rows.baseAddress else { return }
    let (type, heads, dimension, capacity, filled) = (type, heads, dimension, capacity, count - first)
    unsafe pool.divide(tokens: tokens) { share in
      for head in 0..<heads {
        for t in share {
          let place = head * capacity + filled + t
          unsafe type.encode(
            source + (t * heads + head) * dimension, count: dimension, to: base + place * dimension * type.elementBytes,
            scale: type.isScaled ? scales + place : nil)
        }
      }
    }
  }

  /// Lets go of all but the last `rows` positions.
  private mutating func moveToFront(_ rows: Int) {
    let gone = count - first - rows
    func move<Element>(_ base: UnsafeMutablePointer<Element>, width: Int) {
      for head in 0..<heads {
        let start = unsafe base + head * capacity * width
        unsafe start.update(from: start + gone * width, count: rows * width)
      }
    }
    unsafe move(keys.pointer, width: dimension * type.elementBytes)
    unsafe move(values.pointer, width: dimension * type.elementBytes)
    if type.isScaled {
      unsafe move(keyScales.pointer, width: 1)
      unsafe move(valueScales.pointer, width: 1)
    }
    first += gone
  }

  /// Whether all is held that a query at `position` sees before itself.
  package func reaches(_ position: Int) -> Bool {
    position <= count && first <= max(position - (reach ?? position), 0)
  }

  /// Forgets all positions past `count`, which the cache reaches.
  package mutating func truncate(to count: Int) {
    precondition(count == 0 || count > 0 && reaches(count))
    self.count = count
    if count == 0 { first = 0 }
  }
}
