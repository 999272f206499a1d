extension Tokenizer {
  /// Reads the tokenizer in the metadata of a GGUF file: byte-level merges (`gpt2`), or SentencePiece's scores (`llama`).
  init(_ metadata: JSONField) throws(ModelFileError) {
    let tokens = try GGUFVocabulary(metadata)
    let model = metadata["tokenizer.ggml.model"]
    switch try model.string() {
    case "gpt2": try self.init(merges: metadata, tokens)
    case "llama": try self.init(scores: metadata, tokens)
    default: throw model.unsupported("gpt2 llama")
    }
  }

  private init(merges metadata: JSONField, _ tokens: GGUFVocabulary) throws(ModelFileError) {
    let name = metadata["tokenizer.ggml.pre"]
    let known = try name.string()
    guard let rule = SplitRule.named.first(where: { $0.key == known })?.value else {
      throw name.unsupported(SplitRule.named.map(\.key).joined(separator: " "))
    }
    let vocabulary = try tokens.vocabulary(byteLevel: true)
    let isLlama3 = rule == .llama3
    try self.init(
      pipeline: try TextPipeline(rule, from: name), vocabulary: vocabulary,
      merges: try MergeTable(metadata["tokenizer.ggml.merges"], vocabulary: vocabulary, byteLevel: true),
      added: tokens.added(), options: BytePairModel.Options(byteLevel: true, ignoreMerges: isLlama3),
      decoder: TokenDecoder.Steps(), addedFrom: metadata["tokenizer.ggml.tokens"])
    template = try tokens.template(addsFirst: isLlama3, first: nil)
  }

  private init(scores metadata: JSONField, _ tokens: GGUFVocabulary) throws(ModelFileError) {
    let mark = "\u{2581}"
    let space = [UInt8(ascii: " ")]
    var pipeline = TextPipeline()
    var decoder = TokenDecoder.Steps()
    if try metadata["tokenizer.ggml.add_space_prefix"].bool(or: true) {
      pipeline.normalizers.append(.prepend(Array(mark.utf8)))
      (decoder.strip, decoder.stripCount) = (space, 1)
    }
    pipeline.normalizers.append(.replace(find: space, with: Array(mark.utf8)))
    decoder.replacements.append((find: Array(mark.utf8), with: space))
    decoder.byteFallback = true
    let vocabulary = try tokens.vocabulary(byteLevel: false)
    let unknown = tokens.kinds.firstIndex(of: .unknown).map(Int32.init)
    try self.init(
      pipeline: pipeline, vocabulary: vocabulary, merges: try tokens.mergesByScore(vocabulary),
      added: tokens.added(mark: mark),
      options: BytePairModel.Options(byteFallback: true, unknown: unknown, fuseUnknown: true), decoder: decoder,
      addedFrom: metadata["tokenizer.ggml.tokens"])
    template = try tokens.template(addsFirst: true, first: 1)
  }
}
