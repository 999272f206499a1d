internal import Kernels

/// Work memory for activations: a row of `width` floats for each token of a chunk.
struct TokenRows: ~Copyable {
  let width: Int
  private var memory: AlignedBuffer<Float>

  init(_ tokens: Int, width: Int) {
    self.width = width
    memory = AlignedBuffer(repeating: 0, count: tokens * width)
  }

  /// The rows of `tokens`, one after the other.
  @_lifetime(borrow self)
  borrowing func rows(_ tokens: Range<Int>) -> Span<Float> {
    memory.span.extracting(tokens.lowerBound * width..<tokens.upperBound * width)
  }

  /// The first `tokens` rows, to be written.
  @_lifetime(&self)
  mutating func mutable(_ tokens: Int) -> MutableSpan<Float> { mutable(0..<tokens) }

  /// The rows of `tokens`, to be written.
  @_lifetime(&self)
  mutating func mutable(_ tokens: Range<Int>) -> MutableSpan<Float> {
    precondition(tokens.lowerBound >= 0 && tokens.upperBound * width <= memory.count)
    return unsafe _overrideLifetime(
      MutableSpan(_unsafeStart: memory.pointer + tokens.lowerBound * width, count: tokens.count * width),
      mutating: &self)
  }

  /// Calls `body` with the rows of `tokens` of `source` and of this.
  mutating func write(
    _ tokens: Range<Int>, from source: borrowing TokenRows, _ body: (Span<Float>, inout MutableSpan<Float>) -> Void
  ) {
    var target = mutable(tokens)
    body(source.rows(tokens), &target)
  }
}
