package import Records

/// The shape of a model, from the configuration of its files.
///
/// All sizes are positive and bounded, so that products of them fit an `Int`.
package struct ModelConfiguration: Hashable, Sendable {
  package let architecture: Architecture
  package let hiddenSize: Int
  package let layers: Int
  package let heads: Int
  /// Divides `heads`.
  package let keyValueHeads: Int
  /// Even: the rotary embedding turns pairs.
  package let headDimension: Int
  package let intermediateSize: Int
  package let vocabularySize: Int
  package let normEpsilon: Double
  /// Of the layers that see everything; nil where queries and keys are not turned.
  package let rotary: RotaryParameters?
  /// What scores are scaled by 1 / root of.
  package let scoreScalar: Double
  /// nil where every layer sees everything.
  package let sliding: SlidingLayers?
  package let tieWordEmbeddings: Bool
  package let maxPositions: Int
  /// The type that the weights are said to have; each tensor names its own.
  package let element: ElementType?
  package let bosToken: Int?
  /// Every token that ends a generation.
  package let eosTokens: Set<Int>
}

/// The layers that see only so many positions.
package struct SlidingLayers: Hashable, Sendable {
  /// The positions that a query sees, its own the last.
  package let window: Int
  /// For each layer of the model whether it is one of them.
  package let isSliding: [Bool]
  package let rotary: RotaryParameters
}

extension ModelConfiguration {
  /// The positions that a query of layer `index` sees; nil for all.
  func window(ofLayer index: Int) -> Int? {
    guard let sliding, sliding.isSliding[index] else { return nil }
    return sliding.window
  }

  /// The positions that layer `index` keeps of a context of `context`, where at most `chunk` come at once: all, or those that the first
  /// of a chunk sees and the chunk.
  func cachedPositions(ofLayer index: Int, context: Int, chunk: Int) -> Int {
    window(ofLayer: index).map { min($0 - 1 + chunk, context) } ?? context
  }

  /// The bounds of what a configuration may say.
  enum Limit {
    static let hiddenSize = 1...1 << 18
    static let layers = 1...1 << 12
    static let heads = 1...1 << 12
    static let headDimension = 2...1 << 12
    static let intermediateSize = 1...1 << 21
    static let vocabularySize = 1...1 << 22
    static let positions = 1...1 << 31
  }

  /// Layers in groups of `pattern`, of which the last sees everything.
  static func slidingLayers(_ layers: Int, pattern: Int) -> [Bool] { (1...layers).map { $0 % pattern != 0 } }
}
