internal import Kernels

/// x += y for the first `tokens` rows: what a block adds to the stream that runs through the layers.
func addResidual(_ y: borrowing TokenRows, _ tokens: Int, to x: inout TokenRows, pool: ThreadPool) {
  precondition(x.width == y.width)
  let width = x.width
  var x = x.mutable(tokens)
  unsafe y.rows(0..<tokens).withUnsafeBufferPointer { y in
    unsafe x.withUnsafeMutableBufferPointer { x in
      guard let y = y.baseAddress, let x = x.baseAddress else { return }
      unsafe pool.divide(tokens: tokens) { share in
        for i in share.lowerBound * width..<share.upperBound * width { unsafe x[i] += y[i] }
      }
    }
  }
}
