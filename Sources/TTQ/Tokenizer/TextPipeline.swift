/// What happens to text before it is split into symbols, read from the normalizer and the pre-tokenizer of a file.
struct TextPipeline {
  var normalizers: [Normalizer] = []
  var patterns: [SplitPattern] = []
  var prefixSpace = false
  var byteLevel = false

  init() {}

  /// The pipeline of byte-level files that leave the words to `rule`; `field` is named where a pattern fails.
  init(_ rule: SplitRule, from field: JSONField) throws(ModelFileError) {
    byteLevel = true
    if rule.composes { normalizers.append(.nfc) }
    for pattern in rule.patterns { try add(pattern: pattern, from: field) }
  }

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
      if try field["use_regex"].bool(or: true) {
        for pattern in SplitRule.gpt2.patterns { try add(pattern: pattern, from: field) }
      }
    case "Digits":
      try add(pattern: try field["individual_digits"].bool(or: false) ? #"\p{N}"# : #"\p{N}+"#, from: field)
    case "Split": try addSplit(field)
    case "Metaspace": try addMetaspace(field)
    default: throw type.unsupported("Sequence Split ByteLevel Digits Metaspace")
    }
  }

  private mutating func addSplit(_ field: JSONField) throws(ModelFileError) {
    if try field["invert"].bool(or: false) { throw field["invert"].unsupported("false") }
    let pattern = field["pattern"]
    var expression: String
    if let text = try pattern["String"].ifPresent?.string() {
      guard !text.isEmpty else { throw pattern.expected("a text that is not empty") }
      expression = SplitPattern.escaped(text)
    } else {
      guard !pattern["Regex"].isNull else { throw pattern.unsupported("Regex String") }
      expression = try pattern["Regex"].string()
    }
    switch try field["behavior"].string() {
    case "Isolated": break
    case "MergedWithPrevious": expression = "(?s:.*?)(?:\(expression))"
    default: throw field["behavior"].unsupported("Isolated MergedWithPrevious")
    }
    try add(pattern: expression, from: pattern)
  }

  /// Spaces become `replacement`, one more comes before the text, and each may begin a word.
  private mutating func addMetaspace(_ field: JSONField) throws(ModelFileError) {
    let mark = try field["replacement"].string()
    guard !mark.isEmpty else { throw field["replacement"].expected("a text that is not empty") }
    normalizers.append(.replace(find: [UInt8(ascii: " ")], with: Array(mark.utf8)))
    switch try field.prependScheme() {
    case .always: normalizers.append(.begin(Array(mark.utf8), firstOnly: false))
    case .first: normalizers.append(.begin(Array(mark.utf8), firstOnly: true))
    case .never: break
    }
    if try field["split"].bool(or: true) {
      let mark = SplitPattern.escaped(mark)
      try add(pattern: "(?s:\(mark)(?:(?!\(mark)).)*)", from: field)
    }
  }

  mutating func add(pattern: String, from field: JSONField) throws(ModelFileError) {
    do throws(TokenizerError) {
      patterns.append(try SplitPattern(pattern))
    } catch {
      throw field.expected("a pattern that PCRE2 compiles", found: "\(error)")
    }
  }
}

/// Whether a space is put before a text that does not begin with one.
enum PrependScheme: String { case always, first, never }

extension JSONField {
  /// The scheme of a `Metaspace` step, in the newer or the older form.
  func prependScheme() throws(ModelFileError) -> PrependScheme {
    guard let name = try self["prepend_scheme"].ifPresent?.string() else {
      return try self["add_prefix_space"].bool(or: true) ? .always : .never
    }
    guard let scheme = PrependScheme(rawValue: name) else {
      throw self["prepend_scheme"].unsupported("always first never")
    }
    return scheme
  }

  /// What a `Replace` step looks for, which is not empty, and what it puts there.
  func replacement() throws(ModelFileError) -> (find: [UInt8], with: [UInt8]) {
    let pattern = self["pattern"]
    guard !pattern["String"].isNull else { throw pattern.unsupported("String") }
    let find = Array(try pattern["String"].string().utf8)
    guard !find.isEmpty else { throw pattern.expected("a text that is not empty") }
    return (find, Array(try self["content"].string().utf8))
  }
}
