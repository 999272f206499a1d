internal import CPCRE2

/// A compiled pattern that cuts text into words: each match and each gap between matches is one.
///
/// `@unchecked Sendable`: PCRE2 never writes to compiled code, so many threads may match with it.
@safe final class SplitPattern: @unchecked Sendable {
  let source: String
  private let code: OpaquePointer

  /// Compiles for UTF-8 with Unicode classes; throws PCRE2's own explanation.
  init(_ source: String) throws(TokenizerError) {
    self.source = source
    var status: Int32 = 0
    var offset = 0
    let text = Array(source.utf8)
    let flags = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C
    let code = unsafe text.withUnsafeBufferPointer { text in
      unsafe pcre2_compile_8(text.baseAddress, text.count, UInt32(flags), &status, &offset, nil)
    }
    guard let code = unsafe code else {
      throw .patternFailed(pattern: source, reason: "at \(offset): \(SplitPattern.message(status))")
    }
    unsafe self.code = code
    // Where there is no just-in-time compiler, matching interprets the code: slower, the same result.
    unsafe pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
  }

  deinit { unsafe pcre2_code_free_8(code) }

  /// Appends the words of `text[range]`, as ranges of `text`, to `words`; the text is valid UTF-8.
  ///
  /// The pattern sees nothing outside of the range.
  func split(
    _ text: Span<UInt8>, _ range: Range<Int>, with scratch: borrowing MatchScratch, into words: inout [Range<Int>]
  ) throws(TokenizerError) {
    scratch.limit(for: range.count)
    var end = range.lowerBound
    var start = 0
    while start < range.count {
      let found = unsafe text.withUnsafeBufferPointer { text in
        unsafe scratch.match(code, text.baseAddress! + range.lowerBound, range.count, from: start)
      }
      guard found != PCRE2_ERROR_NOMATCH else { break }
      guard found >= 0 else { throw .patternFailed(pattern: source, reason: Self.message(found)) }
      let match = scratch.match
      guard !match.isEmpty else {
        start = max(match.upperBound, start)
        start += UTF8Boundary.length(lead: text[range.lowerBound + min(start, range.count - 1)])
        continue
      }
      let word = range.lowerBound + match.lowerBound..<range.lowerBound + match.upperBound
      if end < word.lowerBound { words.append(end..<word.lowerBound) }
      words.append(word)
      end = word.upperBound
      start = match.upperBound
    }
    if end < range.upperBound { words.append(end..<range.upperBound) }
  }

  /// A pattern that matches exactly `text`.
  static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { pattern, scalar in
      if scalar.isASCII, !scalar.properties.isAlphabetic, scalar.properties.numericType == nil { pattern += "\\" }
      pattern.unicodeScalars.append(scalar)
    }
  }

  private static func message(_ status: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 200)
    let count = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
      unsafe pcre2_get_error_message_8(status, buffer.baseAddress, buffer.count)
    }
    return count > 0 ? String(decoding: buffer.prefix(Int(count)), as: UTF8.self) : "error \(status)"
  }
}

/// The memory that one thread needs to match.
@safe struct MatchScratch: ~Copyable {
  private let data: OpaquePointer?
  private let context: OpaquePointer?
  private let stack: OpaquePointer?

  init() {
    unsafe data = pcre2_match_data_create_8(1, nil)
    unsafe context = pcre2_match_context_create_8(nil)
    // Runs of a million spaces backtrack deeply; the stack grows only when they do.
    unsafe stack = pcre2_jit_stack_create_8(64 << 10, 64 << 20, nil)
    unsafe pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack))
  }

  deinit {
    unsafe pcre2_jit_stack_free_8(stack)
    unsafe pcre2_match_context_free_8(context)
    unsafe pcre2_match_data_free_8(data)
  }

  /// Lets a pattern backtrack over a long text a few times, and stops one that would never end.
  fileprivate func limit(for count: Int) {
    unsafe pcre2_set_match_limit_8(context, UInt32(clamping: 10_000_000 + 8 * count))
  }

  /// PCRE2's result: above or equal 0 for a match, whose range is then `match`.
  fileprivate func match(_ code: OpaquePointer, _ text: UnsafePointer<UInt8>, _ count: Int, from start: Int) -> Int32 {
    unsafe pcre2_match_8(code, text, count, start, UInt32(PCRE2_NO_UTF_CHECK), data, context)
  }

  fileprivate var match: Range<Int> {
    let offsets = unsafe pcre2_get_ovector_pointer_8(data)
    guard let offsets = unsafe offsets else { return 0..<0 }
    // `\K` in a lookahead can put the start behind the end.
    return unsafe min(offsets[0], offsets[1])..<offsets[1]
  }
}
