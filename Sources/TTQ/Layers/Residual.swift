/// x += y for the first `tokens` rows: what a block adds to the stream that runs through the layers.
func addResidual(_ y: borrowing TokenRows, _ tokens: Int, to x: inout TokenRows) {
  precondition(x.width == y.width)
  var x = x.mutable(tokens)
  unsafe y.rows(0..<tokens).withUnsafeBufferPointer { y in
    unsafe x.withUnsafeMutableBufferPointer { x in
      for i in x.indices { unsafe x[i] += y[i] }
    }
  }
}
