/// Keys and values of one layer, f32, head after head, each head's positions one after the other.
package struct KeyValueCache: ~Copyable, Sendable {
  package let heads: Int
  package let dimension: Int
  /// Positions that there is room for.
  package let capacity: Int
  /// Positions that are filled.
  package private(set) var count = 0
  var keys: AlignedBuffer<Float>
  var values: AlignedBuffer<Float>

  package init(heads: Int, dimension: Int, capacity: Int) {
    self.heads = heads
    self.dimension = dimension
    self.capacity = capacity
    keys = AlignedBuffer(repeating: 0, count: heads * capacity * dimension)
    values = AlignedBuffer(repeating: 0, count: heads * capacity * dimension)
  }

  package var byteCount: Int { 4 * (keys.count + values.count) }

  /// Appends the keys and values of `tokens` positions, each a row of heads x dimension.
  package mutating func append(keys newKeys: Span<Float>, values newValues: Span<Float>, tokens: Int) {
    precondition(
      newKeys.count == tokens * heads * dimension && newValues.count == newKeys.count && count + tokens <= capacity)
    for t in 0..<tokens {
      for head in 0..<heads {
        let source = (t * heads + head) * dimension
        let target = (head * capacity + count + t) * dimension
        for i in 0..<dimension {
          keys[target + i] = newKeys[source + i]
          values[target + i] = newValues[source + i]
        }
      }
    }
    count += tokens
  }

  /// Forgets all positions past `count`.
  package mutating func truncate(to count: Int) {
    precondition(count >= 0 && count <= self.count)
    self.count = count
  }
}
