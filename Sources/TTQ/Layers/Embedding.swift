internal import Records

/// Writes the rows of `table` (vocabulary x width) that `tokens` name to the first rows of `x`, in single precision.
func embed(_ tokens: Span<Int>, from table: Tensor, into x: inout TokenRows) {
  let width = table.shape[1]
  precondition(x.width == width)
  var x = x.mutable(tokens.count)
  let bytes = table.bytes
  for index in 0..<tokens.count {
    let row = tokens[index] * width
    precondition(row >= 0 && row + width <= table.count)
    for i in 0..<width {
      x[index * width + i] =
        switch table.element {
        case .f32: unsafe bytes.unsafeLoad(fromByteOffset: 4 * (row + i), as: Float.self)
        case .f16: Float(unsafe bytes.unsafeLoad(fromByteOffset: 2 * (row + i), as: Float16.self))
        case .bf16:
          Float(bitPattern: UInt32(unsafe bytes.unsafeLoad(fromByteOffset: 2 * (row + i), as: UInt16.self)) << 16)
        }
    }
  }
}
