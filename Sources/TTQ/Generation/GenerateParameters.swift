/// How many tokens are generated and how each is chosen.
public struct GenerateParameters: Hashable, Sendable {
  public var maxTokens = 128
  /// 0 takes the most probable token always.
  public var temperature: Float = 0
  /// Only this many most probable tokens; 0 for no limit.
  public var topK = 0
  /// Only the most probable tokens that together reach this probability; 1 for no limit.
  public var topP: Float = 1
  public var seed: UInt64 = 0
  /// Whether a token that ends a text stops the generation.
  public var stopsAtEnd = true

  public init() {}

  func check() throws(EngineError) {
    guard maxTokens >= 0 else { throw .invalidOption("\(maxTokens) tokens: expected 0 or more") }
    guard temperature >= 0, temperature.isFinite else {
      throw .invalidOption("temperature \(temperature): expected 0 or more")
    }
    guard topK >= 0 else { throw .invalidOption("top-k \(topK): expected 0 or more") }
    guard topP > 0, topP <= 1 else { throw .invalidOption("top-p \(topP): expected more than 0 and at most 1") }
  }
}
