package import Records

/// The ways of quantizing a matrix that are tuned beside the plain one.
package struct QuantizingWays: Hashable, Sendable {
  /// Ranges that are tried for each group, 0 for none.
  package var searches: [Int]
  /// Columns of the low-rank part that is kept apart.
  package var ranks: [Rank]
  /// Whether the error of sampled rows is measured, as an alpha that is chosen for each prompt asks for.
  package var samples: Bool

  package init(searches: [Int] = [0], ranks: [Rank] = [.fixed(0)], samples: Bool = false) {
    self.searches = searches
    self.ranks = ranks
    self.samples = samples
  }

  /// What quantizing `plain` asks for in each way.
  func problems(_ plain: Problem) -> [Problem] {
    ranks.flatMap { rank in
      searches.flatMap { search in
        var problem = plain
        problem.rank = rank.columns(n: plain.n, k: plain.k)
        problem.search = search
        // What is left beside low-rank factors may be formed in the pass or kept.
        let ways = problem.rank > 0 ? [problem, problem.ofKeptResidual] : [problem]
        guard samples else { return ways }
        var sample = problem
        sample.n = min(plain.n, Problem.sampledRows)
        sample.search = max(search, 1)
        return ways + [sample]
      }
    }
  }

  /// The products with the low-rank parts of an N x K matrix, for tokens of `classes`.
  func products(n: Int, k: Int, classes: [TokenClass]) -> [Problem] {
    ranks.map { $0.columns(n: n, k: k) }.filter { $0 > 0 }.flatMap { rank in
      classes.map { Problem(family: .lowrank, n: n, k: k, tokens: $0.representative, rank: rank) }
    }
  }
}
