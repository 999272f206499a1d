extension ThreadPool {
  /// Tokens of a row or so that are worth waking a thread for: what is done to each takes a microsecond or two.
  private static let leastTokens = 8

  /// Calls `body` with the share of each thread of `tokens` tokens at the same time, and returns when all are done.
  ///
  /// Unsafe because nothing keeps the shares apart: `body` writes to rows of its own tokens alone.
  @unsafe package func divide(tokens: Int, _ body: (Range<Int>) -> Void) {
    let parts = min(threads, tokens / Self.leastTokens)
    guard parts > 1 else { return body(0..<tokens) }
    withoutActuallyEscaping(body) { body in
      unsafe withUnsafePointer(to: Division(tokens: tokens, body: body)) { division in
        unsafe run(parts: parts, context: division) { context, part, parts in
          let division = unsafe context.assumingMemoryBound(to: Division.self).pointee
          division.body(share(of: division.tokens, part: part, parts: parts, unit: 1))
        }
      }
    }
  }
}

private struct Division {
  let tokens: Int
  let body: (Range<Int>) -> Void
}
