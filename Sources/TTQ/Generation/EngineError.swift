/// Why a session could not be made or could not go on, in one line.
public enum EngineError: Error, Hashable, CustomStringConvertible {
  /// No kernel of the catalogue serves what was asked.
  case noKernel(String)
  /// `subject` holds NaN or infinity.
  case nonFinite(String)
  /// A scale or minimum of the quantized weights is beyond f16.
  case beyondHalf(String)
  case emptyPrompt
  case unknownToken(Int, vocabulary: Int)
  case contextFull(capacity: Int, needed: Int)
  case invalidOption(String)
  case tokenizer(String)
  /// The conversation cannot be written for the model.
  case chat(String)

  public var description: String {
    switch self {
    case .noKernel(let reason): reason
    case .nonFinite(let subject): "\(subject): expected finite values, found NaN or infinity"
    case .beyondHalf(let name): "\(name): a quantized scale or minimum is beyond the range of f16"
    case .emptyPrompt: "the prompt has no tokens; expected at least one"
    case .unknownToken(let id, let vocabulary): "token \(id): expected an id in 0..<\(vocabulary)"
    case .contextFull(let capacity, let needed):
      "the context holds \(capacity) tokens and \(needed) are needed; ask for a larger context"
    case .invalidOption(let reason): reason
    case .tokenizer(let reason), .chat(let reason): String(oneLine: reason)
    }
  }
}
