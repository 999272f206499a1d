/// How a known byte-level tokenizer cuts text into words, for files that leave it to the program.
///
/// A text passes through the patterns in turn: each cuts the words of the one before.
struct SplitRule: Sendable, Hashable {
  let patterns: [String]
  /// Whether text is composed canonically first.
  var composes = false
}

extension SplitRule {
  /// GPT-2's, which OPT keeps and byte-level pre-tokenizers mean unless told otherwise.
  static let gpt2 = SplitRule(patterns: [
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
  ])

  /// Qwen 2's and 3's: digits one by one.
  static let qwen2 = SplitRule(patterns: [letters + #"|\p{N}"# + rest], composes: true)

  /// Llama 3's: digits in threes.
  static let llama3 = SplitRule(patterns: [letters + #"|\p{N}{1,3}"# + rest])

  /// SmolLM's: digits one by one, then GPT-2's words.
  static let smollm = SplitRule(patterns: [#"\p{N}"#] + gpt2.patterns)

  /// The names that GGUF files give the rules in `tokenizer.ggml.pre`.
  static let named: KeyValuePairs<String, SplitRule> = [
    "gpt-2": gpt2, "qwen2": qwen2, "llama-bpe": llama3, "llama3": llama3, "llama-v3": llama3, "smollm": smollm,
  ]

  private static let letters = #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+"#
  private static let rest = #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
}
