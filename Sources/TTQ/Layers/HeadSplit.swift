/// Takes the concatenated rows of queries, keys and values apart, normalises the heads where the family does, and turns queries and keys.
struct HeadSplit: Sendable {
  let heads: Int
  let keyValueHeads: Int
  let dimension: Int

  /// `qkv` holds a row for each of `tokens` tokens; each output receives its own heads, row after row.
  func callAsFunction(
    _ qkv: borrowing TokenRows, tokens: Int, queryNorm: RMSNorm?, keyNorm: RMSNorm?, rotary: borrowing RotaryTable,
    queries: inout TokenRows, keys: inout TokenRows, values: inout TokenRows
  ) {
    let width = (heads + 2 * keyValueHeads) * dimension
    precondition(qkv.width == width && queries.width == heads * dimension)
    precondition(keys.width == keyValueHeads * dimension && values.width == keys.width)
    unsafe qkv.rows(0..<tokens).withUnsafeBufferPointer { qkv in
      guard let qkv = qkv.baseAddress else { return }
      var queriesSpan = queries.mutable(tokens)
      unsafe queriesSpan.withUnsafeMutableBufferPointer { queries in
        guard let queries = queries.baseAddress else { return }
        for token in 0..<tokens {
          unsafe turn(
            qkv + token * width, heads: heads, norm: queryNorm, rotary: rotary, token: token,
            into: queries + token * heads * dimension)
        }
      }
      var keysSpan = keys.mutable(tokens)
      unsafe keysSpan.withUnsafeMutableBufferPointer { keys in
        guard let keys = keys.baseAddress else { return }
        for token in 0..<tokens {
          unsafe turn(
            qkv + token * width + heads * dimension, heads: keyValueHeads, norm: keyNorm, rotary: rotary, token: token,
            into: keys + token * keyValueHeads * dimension)
        }
      }
      var valuesSpan = values.mutable(tokens)
      unsafe valuesSpan.withUnsafeMutableBufferPointer { values in
        let count = keyValueHeads * dimension
        guard let values = values.baseAddress else { return }
        for token in 0..<tokens {
          unsafe (values + token * count).update(from: qkv + (token + 1) * width - count, count: count)
        }
      }
    }
  }

  @unsafe private func turn(
    _ source: UnsafePointer<Float>, heads: Int, norm: RMSNorm?, rotary: borrowing RotaryTable, token: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    for head in 0..<heads {
      let (from, to) = unsafe (source + head * dimension, target + head * dimension)
      if let norm {
        unsafe norm.normalize(from, into: to)
      } else {
        unsafe to.update(from: from, count: dimension)
      }
      unsafe rotary.rotate(to, token: token)
    }
  }
}
