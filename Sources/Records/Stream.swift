/// How a kernel walks along packed weights that come from memory: how much it takes at once and how far ahead it asks for more.
package struct Stream: Codable, Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Groups of K that one pass of the inner loop takes, each with sums of its own: 1, 2 or 4.
  package var unroll: Int
  /// Bytes between the weights in use and those being fetched; 0 leaves it to the hardware.
  package var prefetch: Int

  package init(unroll: Int, prefetch: Int) {
    self.unroll = unroll
    self.prefetch = prefetch
  }

  /// What kernels do where nothing was tuned: one group, 8 KiB ahead.
  package static let standard = Stream(unroll: 1, prefetch: 8 << 10)

  package static let unrolls = [1, 2, 4]
  /// None, and half a page to four pages: hardware prefetchers stop at the end of one.
  package static let distances = [0, 2 << 10, 4 << 10, 8 << 10, 16 << 10]
  /// Token counts up to which weights come from memory once for each call; with more, activations decide.
  package static let mostTokens = 16

  /// The streams worth trying, besides the standard one, for a variant that takes at most `unrolls` groups at once; 0 takes none.
  package static func candidates(unrolls most: Int) -> [Stream] {
    unrolls.filter { $0 <= most }.flatMap { unroll in distances.map { Stream(unroll: unroll, prefetch: $0) } }
      .filter { $0 != standard }
  }

  package var description: String {
    "unroll \(unroll), " + (prefetch == 0 ? "nothing ahead" : "\(prefetch >> 10) KiB ahead")
  }

  package static func < (a: Stream, b: Stream) -> Bool { (a.unroll, a.prefetch) < (b.unroll, b.prefetch) }

  /// Whether a kernel can be asked for it; what a file says may be anything.
  package var isValid: Bool { Self.unrolls.contains(unroll) && (0...1 << 20).contains(prefetch) }
}
