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

  package init(threads: Int, split: Split = .rows) {
    self.threads = threads
    self.split = split
  }

  package var description: String {
    let count = threads == 1 ? "1 thread" : "\(threads) threads"
    return split == .rows ? count : "\(count) by \(split.rawValue)"
  }

  /// Tokens below which splitting by them is not tried: the fastest tiles take 8 to 12 at a time, and every thread needs several.
  package static let leastTokensToSplit = 64

  /// The points worth trying on `problem` with `threads` threads.
  ///
  /// Splitting by K as well would pay where N is too small to keep the threads busy; every thread would then write N x T sums that have to
  /// be added up. The layers of language models have at least 16 rows for every thread, so it is left out.
  package static func candidates(for problem: Problem, threads: Int) -> [Configuration] {
    let products = problem.family == .qmatmul || problem.family == .matmul
    let both = products && threads > 1 && problem.tokens >= leastTokensToSplit
    return (both ? Split.allCases : [.rows]).map { Configuration(threads: threads, split: $0) }
  }

  private enum CodingKeys: String, CodingKey { case threads, split }

  /// Records that name no split were made when there was none but by rows.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    threads = try values.decode(Int.self, forKey: .threads)
    split = try values.decodeIfPresent(Split.self, forKey: .split) ?? .rows
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(threads, forKey: .threads)
    if split != .rows { try values.encode(split, forKey: .split) }
  }
}
