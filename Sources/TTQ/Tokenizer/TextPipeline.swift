/// What happens to text before it is split into symbols, read from the normalizer and the pre-tokenizer of a file.
struct TextPipeline {
  var normalizers: [Normalizer] = []
  var patterns: [SplitPattern] = []
  var prefixSpace = false
  var byteLevel = false

  /// The words of GPT-2, which byte-level pre-tokenizers mean unless told otherwise.
  static let gpt2Pattern =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

  /// Reads one normalizer, or a sequence of them; null is none.
  mutating func addNormalizer(_ field: JSONField) throws(ModelFileError) {
    guard !field.isNull else { return }
    let type = field["type"]
    switch try type.string() {
    case "Sequence": for step in try field["normalizers"].elements() { try addNormalizer(step) }
    case "NFC": normalizers.append(.nfc)
    case "Prepend": normalizers.append(.prepend(Array(try field["prepend"].string().utf8)))
    case "Replace":
      let (find, with) = try field.replacement()
      normalizers.append(.replace(find: find, with: with))
    default: throw type.unsupported("Sequence NFC Prepend Replace")
    }
  }

  /// Reads one pre-tokenizer, or a sequence of them; null is none.
  mutating func addPreTokenizer(_ field: JSONField) throws(ModelFileError) {
    guard !field.isNull else { return }
    let type = field["type"]
    switch try type.string() {
    case "Sequence": for step in try field["pretokenizers"].elements() { try addPreTokenizer(step) }
    case "ByteLevel":
      byteLevel = true
      if try field["add_prefix_space"].bool(or: true) {
        // Elsewhere it would put a space before each word of the steps before.
        guard patterns.isEmpty else { throw field["add_prefix_space"].unsupported("false after another pre-tokenizer") }
        prefixSpace = true
      }
      if try field["use_regex"].bool(or: true) { try add(pattern: Self.gpt2Pattern, from: field) }
    case "Digits":
      try add(pattern: try field["individual_digits"].bool(or: false) ? #"\p{N}"# : #"\p{N}+"#, from: field)
    case "Split": try addSplit(field)
    default: throw type.unsupported("Sequence Split ByteLevel Digits")
    }
  }

  private mutating func addSplit(_ field: JSONField) throws(ModelFileError) {
    guard try field["behavior"].string() == "Isolated" else { throw field["behavior"].unsupported("Isolated") }
    if try field["invert"].bool(or: false) { throw field["invert"].unsupported("false") }
    let pattern = field["pattern"]
    guard !pattern["Regex"].isNull else { throw pattern.unsupported("Regex") }
    try add(pattern: try pattern["Regex"].string(), from: pattern["Regex"])
  }

  mutating func add(pattern: String, from field: JSONField) throws(ModelFileError) {
    do throws(TokenizerError) {
      patterns.append(try SplitPattern(pattern))
    } catch {
      throw field.expected("a pattern that PCRE2 compiles", found: "\(error)")
    }
  }
}

extension JSONField {
  /// What a `Replace` step looks for, which is not empty, and what it puts there.
  func replacement() throws(ModelFileError) -> (find: [UInt8], with: [UInt8]) {
    let pattern = self["pattern"]
    guard !pattern["String"].isNull else { throw pattern.unsupported("String") }
    let find = Array(try pattern["String"].string().utf8)
    guard !find.isEmpty else { throw pattern.expected("a text that is not empty") }
    return (find, Array(try self["content"].string().utf8))
  }
}
