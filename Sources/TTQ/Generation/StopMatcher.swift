/// Looks for stop sequences in a text that comes piece by piece, and holds back what may become one.
package struct StopMatcher {
  private let sequences: [[UInt8]]
  /// Text not yet shown: the beginning of a stop sequence.
  private var held: [UInt8] = []

  package init(_ sequences: [String]) { self.sequences = sequences.map { Array($0.utf8) } }

  /// The text before the first stop sequence, with that sequence, or the text that can be in none.
  package mutating func append(_ piece: String) -> (text: String, stop: String?) {
    for byte in piece.utf8 {
      held.append(byte)
      // Of several that end here the longest began first.
      let found = sequences.filter { held.suffix($0.count) == $0[...] }.max { $0.count < $1.count }
      guard let found else { continue }
      held.removeLast(found.count)
      return (finish(), String(decoding: found, as: UTF8.self))
    }
    return (take(held.count - beginning), nil)
  }

  /// What was held back, where no more text comes.
  package mutating func finish() -> String { take(held.count) }

  /// Bytes at the end that begin a sequence.
  private var beginning: Int {
    let longest = sequences.map { $0.count - 1 }.max() ?? 0
    let lengths = stride(from: min(longest, held.count), to: 0, by: -1)
    return lengths.first { length in sequences.contains { $0.starts(with: held.suffix(length)) } } ?? 0
  }

  /// Sequences begin with whole scalars, so what comes before one is whole, too.
  private mutating func take(_ count: Int) -> String {
    defer { held.removeFirst(count) }
    return String(decoding: held[..<count], as: UTF8.self)
  }
}
