/// A point in a variant's parameter space: what may still vary once the variant is chosen.
package struct Configuration: Codable, Hashable, Sendable, CustomStringConvertible {
  /// What the threads that share a product divide among themselves.
  package enum Split: String, Codable, Hashable, Sendable, CaseIterable {
    /// The N output channels: each thread reads its own weights and all activations.
    case rows
    /// The T tokens: each thread reads all weights and its own activations.
    case tokens
  }

  /// Threads that share the work, at least 1.
  package var threads: Int
  /// For `qmatmul` and `matmul`; the other families have one way of sharing each.
  package var split: Split
  /// For the variants of `qmatmul` that heed it; nil is the way that they were written for.
  package var stream: Stream?

  package init(threads: Int, split: Split = .rows, stream: Stream? = nil) {
    self.threads = threads
    self.split = split
    self.stream = stream
  }

  package var description: String {
    let count = threads == 1 ? "1 thread" : "\(threads) threads"
    return [split == .rows ? count : "\(count) by \(split.rawValue)", stream?.description].compactMap { $0 }
      .joined(separator: ", ")
  }

  /// How the work is shared, without how each thread goes about its share.
  package var sharing: Configuration { Configuration(threads: threads, split: split) }

  /// Whether nothing but the thread count is chosen.
  package var isPlain: Bool { self == Configuration(threads: threads) }

  /// Tokens below which splitting by them is not tried: the fastest tiles take 8 to 12 at a time, and every thread needs several.
  package static let leastTokensToSplit = 64

  /// The points worth trying on `problem` with `threads` threads and each of `streams`, of which nil is always one.
  ///
  /// Splitting by K as well would pay where N is too small to keep the threads busy; every thread would then write N x T sums that have to
  /// be added up. The layers of language models have at least 16 rows for every thread, so it is left out.
  package static func candidates(for problem: Problem, threads: Int, streams: [Stream] = []) -> [Configuration] {
    let products = problem.family == .qmatmul || problem.family == .matmul
    let both = products && threads > 1 && problem.tokens >= leastTokensToSplit
    return (both ? Split.allCases : [.rows]).flatMap { split in
      ([nil] + streams.map(Optional.some)).map { Configuration(threads: threads, split: split, stream: $0) }
    }
  }

  private enum CodingKeys: String, CodingKey { case threads, split, stream }

  /// Records that name no split were made when there was none but by rows, and those without a stream when it was fixed.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    threads = try values.decode(Int.self, forKey: .threads)
    split = try values.decodeIfPresent(Split.self, forKey: .split) ?? .rows
    stream = try values.decodeIfPresent(Stream.self, forKey: .stream)
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(threads, forKey: .threads)
    if split != .rows { try values.encode(split, forKey: .split) }
    try values.encodeIfPresent(stream, forKey: .stream)
  }
}
