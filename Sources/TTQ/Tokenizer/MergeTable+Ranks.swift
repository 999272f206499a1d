extension MergeTable {
  /// Longer tokens are refused: trying all splits of one costs the square of its length.
  static let longestToken = 512

  /// The merges of a vocabulary that ranks tokens instead of pairs: any two neighbours whose bytes together are a token join
  /// into it, the token of lowest rank first.
  ///
  /// - Parameter ranks: tokens that merging may make, with their ranks.
  /// - Complexity: the sum of the squares of the tokens' lengths.
  init(ranks: [(id: Int32, rank: UInt32)], vocabulary: Vocabulary) {
    var pairs: [(left: Int32, right: Int32, merge: Merge)] = []
    for (id, rank) in ranks {
      let token = Array(vocabulary.bytes(of: Int(id)))
      for cut in token.indices.dropFirst() {
        guard let left = vocabulary.id(of: token.span.extracting(..<cut)),
          let right = vocabulary.id(of: token.span.extracting(cut...))
        else { continue }
        pairs.append((left, right, Merge(rank: rank, id: id)))
      }
    }
    self.init(count: pairs.count)
    for pair in pairs { self[pair.left, pair.right] = pair.merge }
  }
}
