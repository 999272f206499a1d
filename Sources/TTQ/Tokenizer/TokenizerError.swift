/// Why a text could not be tokenized; reading the tokenizer's files throws `ModelFileError`.
public enum TokenizerError: Error, Hashable, CustomStringConvertible {
  /// The vocabulary has no token for this, and none for the unknown.
  case notInVocabulary(String)
  /// The split pattern gave up on the text; `reason` is the pattern engine's.
  case patternFailed(pattern: String, reason: String)

  public var description: String {
    switch self {
    case .notInVocabulary(let text): String(oneLine: "the tokenizer's vocabulary has no token for \(text)")
    case .patternFailed(let pattern, let reason): String(oneLine: "the split pattern \(pattern) failed: \(reason)")
    }
  }
}
