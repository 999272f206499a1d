internal import Records

/// Writes the rows of `table` (vocabulary x width) that `tokens` name, times `scale`, to the first rows of `x`, in single precision.
func embed(_ tokens: Span<Int>, from table: Tensor, scale: Float, into x: inout TokenRows) {
  let width = table.shape[1]
  precondition(x.width == width)
  var x = x.mutable(tokens.count)
  for index in 0..<tokens.count {
    table.forEach(inRow: tokens[index]) { i, value in x[index * width + i] = value * scale }
  }
}

/// Adds to the first `tokens` rows of `x` those of `positions` from `position` on.
func addPositions(_ positions: PositionTable, from position: Int, _ tokens: Int, to x: inout TokenRows) {
  let width = positions.table.shape[1]
  precondition(x.width == width)
  var x = x.mutable(tokens)
  for index in 0..<tokens {
    positions.table.forEach(inRow: positions.first + position + index) { i, value in x[index * width + i] += value }
  }
}

extension Tensor {
  /// Calls `body` with each index and value of a row of a matrix.
  fileprivate func forEach(inRow row: Int, _ body: (Int, Float) -> Void) {
    let (width, bytes) = (shape[1], bytes)
    let first = row * width
    precondition(row >= 0 && first + width <= count)
    for i in 0..<width {
      let value =
        switch element {
        case .f32: unsafe bytes.unsafeLoad(fromByteOffset: 4 * (first + i), as: Float.self)
        case .f16: Float(unsafe bytes.unsafeLoad(fromByteOffset: 2 * (first + i), as: Float16.self))
        case .bf16:
          Float(bitPattern: UInt32(unsafe bytes.unsafeLoad(fromByteOffset: 2 * (first + i), as: UInt16.self)) << 16)
        }
      body(i, value)
    }
  }
}
