internal import Kernels
internal import Records

/// Work memory of a session for one chunk of tokens, allocated once.
struct Workspace: ~Copyable {
  /// Rows of logits that are computed together where those of all positions are asked for.
  static let logitRows = 16

  /// The stream that runs through the layers.
  var hidden: TokenRows
  var normal: TokenRows
  var qkv: TokenRows
  var queries: TokenRows
  var keys: TokenRows
  var values: TokenRows
  var attended: TokenRows
  /// What a block adds to the stream.
  var added: TokenRows
  var gateUp: TokenRows
  var inner: TokenRows
  var logits: TokenRows
  var rotary: RotaryTable
  /// Of the layers that see a window; turns nothing where there are none.
  var slidingRotary: RotaryTable
  /// Formatted activations as wide as the stream, the query heads, and the inside of the feed-forward block.
  var formattedHidden: PackedActivations
  var formattedAttended: PackedActivations
  var formattedInner: PackedActivations

  init(_ configuration: ModelConfiguration, pairs: RotaryPairs, options: SessionOptions, tokens: Int) {
    let (hiddenSize, innerSize) = (configuration.hiddenSize, configuration.intermediateSize)
    let (queryWidth, keyWidth) = (configuration.queryWidth, configuration.keyValueWidth)
    hidden = TokenRows(tokens, width: hiddenSize)
    normal = TokenRows(tokens, width: hiddenSize)
    qkv = TokenRows(tokens, width: queryWidth + 2 * keyWidth)
    queries = TokenRows(tokens, width: queryWidth)
    keys = TokenRows(tokens, width: keyWidth)
    values = TokenRows(tokens, width: keyWidth)
    attended = TokenRows(tokens, width: queryWidth)
    added = TokenRows(tokens, width: hiddenSize)
    gateUp = TokenRows(tokens, width: configuration.shape(of: .gateUp).rows.reduce(0, +))
    inner = TokenRows(tokens, width: innerSize)
    logits = TokenRows(min(tokens, Self.logitRows), width: configuration.vocabularySize)
    let dimension = configuration.headDimension
    rotary = RotaryTable(
      RotaryEmbedding(configuration.rotary, dimension: dimension, pairs: pairs), tokens: tokens)
    slidingRotary = RotaryTable(
      RotaryEmbedding(configuration.sliding?.rotary, dimension: dimension, pairs: pairs), tokens: tokens)
    let capacity = options.method == .full ? 0 : tokens
    let (group, format) = (options.format.group, options.activations)
    formattedHidden = PackedActivations(capacity: capacity, k: hiddenSize, group: group, format: format)
    formattedAttended = PackedActivations(capacity: capacity, k: queryWidth, group: group, format: format)
    formattedInner = PackedActivations(capacity: capacity, k: innerSize, group: group, format: format)
  }
}
