internal import Glibc

/// log softmax of rows of logits.
struct LogProbabilities: Sendable {
  let vocabulary: Int
  /// Rows of the vocabulary's size.
  private let values: [Float]

  /// Normalises `logits`, rows of `vocabulary` values; nil where one is not finite.
  init?(_ logits: consuming [Float], vocabulary: Int) {
    var values = logits
    for start in stride(from: 0, to: values.count, by: vocabulary) {
      let row = start..<start + vocabulary
      var top = -Float.infinity
      for index in row { top = max(top, values[index]) }
      var total = 0.0
      for index in row { total += Double(expf(values[index] - top)) }
      let shift = top + Float(log(total))
      guard shift.isFinite else { return nil }
      for index in row { values[index] -= shift }
    }
    self.vocabulary = vocabulary
    self.values = values
  }

  var rows: Int { values.count / vocabulary }
  var byteCount: Int { values.count * MemoryLayout<Float>.size }

  /// -log p of `token` in a row.
  func loss(row: Int, token: Int) -> Double { -Double(values[row * vocabulary + token]) }

  /// The likeliest token of a row; of two equal ones the first.
  func likeliest(row: Int) -> Int {
    let start = row * vocabulary
    var best = start
    for index in start..<start + vocabulary where values[index] > values[best] { best = index }
    return best - start
  }

  /// sum of p (log p - log q) in nats, p being this row's distribution and q that of `other`.
  func divergence(to other: LogProbabilities, row: Int) -> Double {
    let start = row * vocabulary
    var total = 0.0
    for index in start..<start + vocabulary {
      total += Double(expf(values[index]) * (values[index] - other.values[index]))
    }
    return total
  }
}
