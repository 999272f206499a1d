extension TokenDecoder {
  /// Applies the steps of a file's decoder to every token once; only what is stripped off a text is left for later.
  init(_ steps: Steps, vocabulary: Vocabulary, added: AddedTokens) {
    let addedTexts = Dictionary(added.tokens.map { ($0.id, $0.text) }, uniquingKeysWith: { first, _ in first })
    self.init(
      count: max(vocabulary.count, (addedTexts.keys.max() ?? -1) + 1), strip: steps.strip, stripCount: steps.stripCount
    ) { id in
      addedTexts[id]?[...] ?? steps.output(vocabulary.bytes(of: id))
    }
  }

  /// What a file does to tokens on their way to a text; by default their bytes are the text.
  struct Steps {
    var replacements: [(find: [UInt8], with: [UInt8])] = []
    var byteFallback = false
    var fused = false
    var strip: [UInt8] = []
    var stripCount = 0

    init() {}

    /// Reads a decoder; null is none.
    init(_ field: JSONField) throws(ModelFileError) { try add(field) }

    private mutating func add(_ field: JSONField) throws(ModelFileError) {
      guard !field.isNull else { return }
      let type = field["type"]
      switch try type.string() {
      case "Sequence": for step in try field["decoders"].elements() { try add(step) }
      // The vocabulary holds the bytes themselves, and they are joined in any case.
      case "ByteLevel": break
      case "Fuse": fused = true
      case "ByteFallback": byteFallback = true
      case "Replace": replacements.append(try field.replacement())
      case "Metaspace":
        let mark = Array(try field["replacement"].string().utf8)
        guard !mark.isEmpty else { throw field["replacement"].expected("a text that is not empty") }
        replacements.append((find: mark, with: [UInt8(ascii: " ")]))
        if try field.prependScheme() != .never { (strip, stripCount) = ([UInt8(ascii: " ")], 1) }
      case "Strip":
        guard fused else { throw field.unsupported("Strip after Fuse") }
        guard try field["stop"].integer(in: 0...Int.max) == 0 else { throw field["stop"].unsupported("0") }
        strip = Array(try field["content"].string().utf8)
        stripCount = strip.isEmpty ? 0 : try field["start"].integer(in: 0...Int.max)
      default: throw type.unsupported("Sequence ByteLevel Replace ByteFallback Fuse Strip Metaspace")
      }
    }

    func output(_ token: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
      if byteFallback, let byte = Self.fallbackByte(token) { return [byte] }
      return replacements.reduce(token) { text, step in
        Normalizer.replaced(text, find: step.find, with: step.with)[...]
      }
    }

    /// The byte that a token `<0xNN>` stands for.
    private static func fallbackByte(_ token: ArraySlice<UInt8>) -> UInt8? {
      guard token.count == 6, token.starts(with: "<0x".utf8), token.last == UInt8(ascii: ">") else { return nil }
      return UInt8(String(decoding: token.dropFirst(3).dropLast(), as: UTF8.self), radix: 16)
    }
  }
}
