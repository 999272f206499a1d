/// How many tokens are generated and how each is chosen; names and meanings are those of mlx-swift-lm.
///
/// Of the most probable tokens those remain that pass all of `topK`, `topP` and `minP`, in this order, after the temperature was
/// applied; one of them is drawn.
public struct GenerateParameters: Hashable, Sendable {
  /// nil goes on until the model ends its text or the context is full.
  public var maxTokens: Int?
  /// Positions of the cache of keys and values; nil takes the model's own limit, at most 4096. Where a `ChatSession` makes its session.
  public var maxKVSize: Int?
  /// Bits of a cached key or value: 32, 16 or 8; nil is 32. Where a `ChatSession` makes its session.
  public var kvBits: Int?
  /// 0 takes the most probable token always.
  public var temperature: Float = 0
  /// Only the most probable tokens that together reach this probability; 1 for no limit.
  public var topP: Float = 1
  /// Only this many most probable tokens; 0 for no limit.
  public var topK = 0
  /// Only tokens at least this share as probable as the most probable one; 0 for no limit.
  public var minP: Float = 0
  /// Divides the logits of recent tokens, or multiplies them where they are negative; nil or 1 for none.
  public var repetitionPenalty: Float?
  /// Tokens that count as recent, those of the prompt included.
  public var repetitionContextSize = 20
  /// The same seed gives the same tokens with the same model, session options, plan and threads.
  public var seed: UInt64 = 0
  /// Texts that end the generation; they are not shown.
  public var stopSequences: [String] = []
  /// Whether a token that ends a text stops the generation.
  public var stopsAtEnd = true

  public init() {}

  func check() throws(EngineError) {
    if let maxTokens, maxTokens < 0 { throw .invalidOption("\(maxTokens) tokens: expected 0 or more") }
    guard temperature >= 0, temperature.isFinite else {
      throw .invalidOption("temperature \(temperature): expected 0 or more")
    }
    guard topK >= 0 else { throw .invalidOption("top-k \(topK): expected 0 or more") }
    guard topP > 0, topP <= 1 else { throw .invalidOption("top-p \(topP): expected more than 0 and at most 1") }
    guard minP >= 0, minP <= 1 else { throw .invalidOption("min-p \(minP): expected 0 to 1") }
    if let penalty = repetitionPenalty, !(penalty > 0 && penalty.isFinite) {
      throw .invalidOption("repetition penalty \(penalty): expected more than 0")
    }
    guard repetitionContextSize >= 0 else {
      throw .invalidOption("repetition context of \(repetitionContextSize) tokens: expected 0 or more")
    }
    guard !stopSequences.contains("") else { throw .invalidOption("a stop sequence is empty") }
  }
}
