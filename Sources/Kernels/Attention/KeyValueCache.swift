package import Records

/// Keys and values of one layer, head after head, each head's positions one after the other.
package struct KeyValueCache: ~Copyable, Sendable {
  package let type: CacheType
  package let heads: Int
  package let dimension: Int
  /// Positions that there is room for.
  package let capacity: Int
  /// Positions that are filled.
  package private(set) var count = 0
  var keys: AlignedBuffer<UInt8>
  var values: AlignedBuffer<UInt8>
  /// heads x capacity where the type has scales, else empty.
  var keyScales: AlignedBuffer<Float>
  var valueScales: AlignedBuffer<Float>

  package init(type: CacheType = .f32, heads: Int, dimension: Int, capacity: Int) {
    self.type = type
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
    precondition(
      newKeys.count == tokens * heads * dimension && newValues.count == newKeys.count && count + tokens <= capacity)
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
    let (type, heads, dimension, capacity, count) = (type, heads, dimension, capacity, count)
    unsafe pool.divide(tokens: tokens) { share in
      for head in 0..<heads {
        for t in share {
          let place = head * capacity + count + t
          unsafe type.encode(
            source + (t * heads + head) * dimension, count: dimension, to: base + place * dimension * type.elementBytes,
            scale: type.isScaled ? scales + place : nil)
        }
      }
    }
  }

  /// Forgets all positions past `count`.
  package mutating func truncate(to count: Int) {
    precondition(count >= 0 && count <= self.count)
    self.count = count
  }
}
