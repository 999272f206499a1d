/// What is chosen once for a machine, whatever the problem.
package struct MachineChoices: Codable, Hashable, Sendable {
  /// The kernel set that OpenBLAS is asked for, one of its core names; nil where it was not to be had.
  package var openBLAS: MachineChoice?
  /// The pages that packed weights lie on, one of `Pages`.
  package var pages: MachineChoice?

  package init(openBLAS: MachineChoice? = nil, pages: MachineChoice? = nil) {
    self.openBLAS = openBLAS
    self.pages = pages
  }

  /// The pages that were chosen; huge ones where nothing was measured.
  package var packedPages: Pages { pages.flatMap { Pages(rawValue: $0.chosen) } ?? .huge }
}

/// How large the pages are that a buffer asks the kernel for.
package enum Pages: String, Codable, Hashable, Sendable, CaseIterable {
  case huge, small
}

/// Alternatives that were timed in turns, each in processes of its own, and the one that is used.
package struct MachineChoice: Codable, Hashable, Sendable {
  package var chosen: String
  /// What was timed, such as `matmul/bf16/1024x1024/t512/bf16/openblas`.
  package var workload: String
  /// Nanoseconds of one call by alternative.
  package var nanoseconds: [String: Double]

  package init(chosen: String, workload: String, nanoseconds: [String: Double]) {
    self.chosen = chosen
    self.workload = workload
    self.nanoseconds = nanoseconds
  }

  /// The alternatives with the ratio of their times to the chosen one's, the fastest first.
  package var ratios: [(name: String, ratio: Double)] {
    guard let own = nanoseconds[chosen], own > 0 else { return [] }
    let ratios = nanoseconds.map { (name: $0.key, ratio: $0.value / own) }
    return ratios.sorted { ($0.ratio, $0.name) < ($1.ratio, $1.name) }
  }
}
