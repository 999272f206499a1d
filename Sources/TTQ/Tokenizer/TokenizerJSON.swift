extension Tokenizer {
  /// Reads a `tokenizer.json`, in which all parts of the tokenizer are described.
  init(json root: JSONField, configuration: TokenizerConfiguration?) throws(ModelFileError) {
    var pipeline = TextPipeline()
    try pipeline.addNormalizer(root["normalizer"])
    try pipeline.addPreTokenizer(root["pre_tokenizer"])
    let model = root["model"]
    guard try model["type"].ifPresent?.string() ?? "BPE" == "BPE" else { throw model["type"].unsupported("BPE") }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      guard try model[key].ifPresent?.string() ?? "" == "" else { throw model[key].unsupported("none") }
    }
    guard try model["dropout"].ifPresent?.positive() == nil else { throw model["dropout"].unsupported("none") }
    let vocabulary = try Vocabulary(model["vocab"], byteLevel: pipeline.byteLevel)
    var added: [AddedToken] = []
    for row in try root["added_tokens"].elements() { added.append(try AddedToken(row)) }
    try self.init(
      pipeline: pipeline, vocabulary: vocabulary,
      merges: try MergeTable(model["merges"], vocabulary: vocabulary, byteLevel: pipeline.byteLevel), added: added,
      options: try BytePairModel.Options(model, vocabulary: vocabulary, byteLevel: pipeline.byteLevel),
      decoder: try TokenDecoder.Steps(root["decoder"]), addedFrom: root["added_tokens"])
    try template.add(root["post_processor"])
    if root["post_processor"].isNull { template = try configuration?.template(self) ?? template }
  }

  /// Puts the parts together, after the checks that need several of them.
  init(
    pipeline: TextPipeline, vocabulary: Vocabulary, merges: MergeTable, added: [AddedToken],
    options: BytePairModel.Options, decoder: TokenDecoder.Steps, addedFrom: JSONField
  ) throws(ModelFileError) {
    try Self.checkIDs(of: added, vocabulary: vocabulary, in: addedFrom)
    normalizers = pipeline.normalizers
    patterns = pipeline.patterns
    prefixSpace = pipeline.prefixSpace
    model = BytePairModel(vocabulary: vocabulary, merges: merges, options: options)
    self.added = AddedTokens(added)
    template = Template()
    self.decoder = TokenDecoder(decoder, vocabulary: vocabulary, added: self.added)
  }
}

extension Tokenizer {
  /// An added token has an id of its own, or is in the vocabulary with the same text.
  private static func checkIDs(
    of added: [AddedToken], vocabulary: Vocabulary, in field: JSONField
  ) throws(ModelFileError) {
    var ids: Set<Int> = []
    var texts: Set<[UInt8]> = []
    for token in added {
      let name = String(decoding: token.text, as: UTF8.self)
      var spelt: [UInt8] = []
      _ = ByteAlphabet.decode(name, into: &spelt)
      let known = vocabulary.bytes(of: token.id)
      guard known.isEmpty || known.elementsEqual(token.text) || known.elementsEqual(spelt) else {
        throw field.expected("an id of its own for token \"\(name)\"", found: "id \(token.id) twice")
      }
      guard ids.insert(token.id).inserted, texts.insert(token.text).inserted else {
        throw field.expected("token \"\(name)\" and its id once", found: "one of them twice")
      }
    }
  }
}

extension BytePairModel.Options {
  init(_ model: JSONField, vocabulary: Vocabulary, byteLevel: Bool) throws(ModelFileError) {
    self.byteLevel = byteLevel
    byteFallback = try model["byte_fallback"].bool(or: false)
    fuseUnknown = try model["fuse_unk"].bool(or: false)
    ignoreMerges = try model["ignore_merges"].bool(or: false)
    if let text = try model["unk_token"].ifPresent?.string() {
      guard let id = vocabulary.id(of: text) else { throw model["unk_token"].expected("a token of the vocabulary") }
      unknown = id
    }
  }
}

extension Tokenizer.Template {
  /// Reads a post-processor; what it puts around a text is added outside of what is there.
  mutating func add(_ field: JSONField) throws(ModelFileError) {
    guard !field.isNull else { return }
    let type = field["type"]
    switch try type.string() {
    case "Sequence": for step in try field["processors"].elements() { try add(step) }
    // It only moves offsets, which nothing here asks for.
    case "ByteLevel": break
    case "TemplateProcessing": try addTemplate(field)
    default: throw type.unsupported("Sequence ByteLevel TemplateProcessing")
    }
  }

  private mutating func addTemplate(_ field: JSONField) throws(ModelFileError) {
    var first: [Int] = []
    var last: [Int] = []
    var textSeen = false
    for item in try field["single"].elements() {
      if !item["Sequence"].isNull {
        guard !textSeen else { throw field["single"].expected("the text once", found: "it twice") }
        textSeen = true
        continue
      }
      let name = try item["SpecialToken"]["id"].string()
      for id in try field["special_tokens"][name]["ids"].elements() {
        let id = try id.tokenID(named: name)
        if textSeen { last.append(id) } else { first.append(id) }
      }
    }
    guard textSeen else { throw field["single"].expected("the text", found: "none") }
    before = first + before
    after += last
  }
}
