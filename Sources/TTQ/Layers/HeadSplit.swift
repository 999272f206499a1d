internal import Kernels

/// Takes the concatenated rows of queries, keys and values apart, normalises the heads where the family does, and turns queries and keys.
struct HeadSplit: Sendable {
  let heads: Int
  let keyValueHeads: Int
  let dimension: Int

  /// `qkv` holds a row for each of `tokens` tokens, `turns` is valid for as many; each output receives its own heads, row after row.
  @unsafe func callAsFunction(
    _ qkv: borrowing TokenRows, tokens: Int, queryNorm: RMSNorm?, keyNorm: RMSNorm?, turns: RotaryTable.Turns,
    queries: inout TokenRows, keys: inout TokenRows, values: inout TokenRows, pool: ThreadPool
  ) {
    let (queryWidth, keyWidth) = (heads * dimension, keyValueHeads * dimension)
    let width = queryWidth + 2 * keyWidth
    precondition(qkv.width == width && queries.width == queryWidth)
    precondition(keys.width == keyWidth && values.width == keyWidth)
    var queriesSpan = queries.mutable(tokens)
    var keysSpan = keys.mutable(tokens)
    var valuesSpan = values.mutable(tokens)
    unsafe qkv.rows(0..<tokens).withUnsafeBufferPointer { qkv in
      unsafe queriesSpan.withUnsafeMutableBufferPointer { queries in
        unsafe keysSpan.withUnsafeMutableBufferPointer { keys in
          unsafe valuesSpan.withUnsafeMutableBufferPointer { values in
            guard let qkv = qkv.baseAddress, let queries = queries.baseAddress, let keys = keys.baseAddress,
              let values = values.baseAddress
            else { return }
            unsafe pool.divide(tokens: tokens) { share in
              for token in share {
                let row = unsafe qkv + token * width
                unsafe turn(row, heads, queryNorm, turns, token, into: queries + token * queryWidth)
                unsafe turn(row + queryWidth, keyValueHeads, keyNorm, turns, token, into: keys + token * keyWidth)
                unsafe (values + token * keyWidth).update(from: row + queryWidth + keyWidth, count: keyWidth)
              }
            }
          }
        }
      }
    }
  }

  @unsafe private func turn(
    _ source: UnsafePointer<Float>, _ heads: Int, _ norm: RMSNorm?, _ turns: RotaryTable.Turns, _ token: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    for head in 0..<heads {
      let (from, to) = unsafe (source + head * dimension, target + head * dimension)
      if let norm {
        unsafe norm.normalize(from, into: to)
      } else {
        unsafe to.update(from: from, count: dimension)
      }
      unsafe turns.rotate(to, token: token)
    }
  }
}
