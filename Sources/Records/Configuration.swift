/// A point in a variant's parameter space: what may still vary once the variant is chosen.
package struct Configuration: Codable, Hashable, Sendable, CustomStringConvertible {
  /// Threads that share the work, at least 1.
  package var threads: Int

  package init(threads: Int) {
    self.threads = threads
  }

  package var description: String { threads == 1 ? "1 thread" : "\(threads) threads" }
}
