/// y += bias for each of the first `tokens` rows, as wide as `bias`.
func addBias(_ bias: [Float], _ tokens: Int, to y: inout TokenRows) {
  precondition(y.width == bias.count)
  var y = y.mutable(tokens)
  unsafe y.withUnsafeMutableBufferPointer { y in
    unsafe bias.withUnsafeBufferPointer { bias in
      for row in stride(from: 0, to: y.count, by: bias.count) {
        for i in bias.indices { unsafe y[row + i] += bias[i] }
      }
    }
  }
}
