internal import Records

extension ModelConfiguration {
  /// Reads the configuration in the metadata of a GGUF model, as llama.cpp's converter writes it.
  package init(_ file: GGUFParts) throws(ModelFileError) {
    let metadata = file.metadata
    let (architecture, name) = try Architecture.named(inGGUF: metadata["general.architecture"])
    let family = architecture.family
    func key(_ key: String) -> JSONField { metadata["\(name).\(key)"] }
    let hiddenSize = try key("embedding_length").integer(in: Limit.hiddenSize)
    let layers = try key("block_count").integer(in: Limit.layers)
    let heads = try key("attention.head_count").integer(in: Limit.heads)
    let keyValueHeads = try key("attention.head_count_kv").ifPresent?.integer(in: 1...heads) ?? heads
    guard heads % keyValueHeads == 0 else {
      throw key("attention.head_count_kv").expected("a divisor of \(heads) heads")
    }
    let dimension = try Self.headDimension(key, hidden: hiddenSize, heads: heads)
    let maxPositions = try key("context_length").integer(in: Limit.positions)
    try Self.checkSupported(key, family, dimension: dimension, maxPositions: maxPositions)
    let embedding = try file.tensor(TensorNames.gguf.embedding)
    guard embedding.shape.count == 2, Limit.vocabularySize.contains(embedding.shape[0]) else {
      throw .malformed(
        path: file.path, item: "tensor \(embedding.name)", expected: "tokens in rows", found: "shape \(embedding.shape)"
      )
    }
    let vocabularySize = embedding.shape[0]
    let ids = 0...vocabularySize - 1
    self.init(
      architecture: architecture, hiddenSize: hiddenSize, layers: layers, heads: heads, keyValueHeads: keyValueHeads,
      headDimension: dimension,
      intermediateSize: try key("feed_forward_length").integer(in: Limit.intermediateSize),
      vocabularySize: vocabularySize, normEpsilon: try key("attention.layer_norm_rms_epsilon").positive(),
      rotary: try RotaryParameters(key, file, theta: family.keys.ropeTheta, dimension: dimension),
      // The converter does not write it; of all sizes, 27B alone has another than the head dimension.
      scoreScalar: Double(architecture == .gemma3 && layers == 62 ? hiddenSize / heads : dimension),
      sliding: try family.slidingPattern.flatMap { (pattern) throws(ModelFileError) in
        try SlidingLayers(key, layers: layers, pattern: pattern)
      },
      tieWordEmbeddings: !file.contains(TensorNames.gguf.head), maxPositions: maxPositions,
      element: embedding.element,
      bosToken: try metadata["tokenizer.ggml.bos_token_id"].ifPresent?.integer(in: ids),
      eosTokens: try GGUFVocabulary.endTokens(metadata, ids: ids))
  }

  private static func headDimension(
    _ key: (String) -> JSONField, hidden: Int, heads: Int
  ) throws(ModelFileError) -> Int {
    let field = key("attention.key_length")
    if field.isNull, hidden % heads != 0 {
      throw key("attention.head_count").expected("a divisor of embedding_length \(hidden)")
    }
    let dimension = try field.ifPresent?.integer(in: Limit.headDimension) ?? hidden / heads
    guard dimension % 2 == 0, dimension > 0 else { throw field.expected("an even number", found: "\(dimension)") }
    return dimension
  }

  /// Keys that change the arithmetic, and the only value of each that the engine computes.
  private static func checkSupported(
    _ key: (String) -> JSONField, _ family: ModelFamily, dimension: Int, maxPositions: Int
  ) throws(ModelFileError) {
    for name in ["attention.value_length", "rope.dimension_count"] {
      guard try key(name).ifPresent?.integer(in: Limit.headDimension) ?? dimension == dimension else {
        throw key(name).unsupported("the head dimension \(dimension)")
      }
    }
    for name in ["attn_logit_softcapping", "final_logit_softcapping", "expert_count"] {
      guard try key(name).ifPresent?.number() ?? 0 == 0 else { throw key(name).unsupported("none") }
    }
    guard try key("attention.causal").bool(or: true) else { throw key("attention.causal").unsupported("true") }
    let window = key("attention.sliding_window")
    if family.slidingPattern == nil, try window.ifPresent?.integer(in: 0...1 << 31) ?? maxPositions < maxPositions {
      throw window.unsupported("none")
    }
  }
}

extension Architecture {
  /// The architecture that llama.cpp calls so, with that name.
  fileprivate static func named(inGGUF field: JSONField) throws(ModelFileError) -> (Architecture, name: String) {
    let name = try field.string()
    guard let found = allCases.first(where: { $0.family.gguf?.name == name }) else {
      throw field.unsupported(allCases.compactMap(\.family.gguf?.name).joined(separator: " "))
    }
    return (found, name)
  }
}

extension RotaryParameters {
  /// The base, and by what each frequency is divided: one factor for all, the file's factors of each, or both.
  fileprivate init(
    _ key: (String) -> JSONField, _ file: GGUFParts, theta: Double, dimension: Int
  ) throws(ModelFileError) {
    let type = key("rope.scaling.type")
    let divisors = try Self.divisors(in: file, dimension: dimension)
    func divided(by factor: Double) -> RotaryScaling {
      if let divisors { return .divisors(divisors.map { $0 * factor }) }
      return factor == 1 ? .none : .linear(factor)
    }
    let scaling: RotaryScaling
    switch try type.ifPresent?.string() ?? "none" {
    case "none": scaling = divided(by: 1)
    case "linear": scaling = divided(by: try key("rope.scaling.factor").positive())
    case "yarn" where divisors == nil: scaling = .yarn(try RotaryScaling.YaRN(key))
    default: throw type.unsupported(divisors == nil ? "none linear yarn" : "none linear beside rope_freqs.weight")
    }
    self.init(theta: try key("rope.freq_base").ifPresent?.positive() ?? theta, scaling: scaling)
  }

  private static func divisors(in file: GGUFParts, dimension: Int) throws(ModelFileError) -> [Double]? {
    let name = "rope_freqs.weight"
    guard file.contains(name) else { return nil }
    let values = try TensorStore(file, path: file.path).tensor(name, shape: [dimension / 2]).floats()
    guard values.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw .malformed(path: file.path, item: "tensor \(name)", expected: "numbers above 0", found: "others")
    }
    return values.map(Double.init)
  }
}

extension SlidingLayers {
  /// nil where the file has no window.
  fileprivate init?(_ key: (String) -> JSONField, layers: Int, pattern: Int) throws(ModelFileError) {
    guard let window = try key("attention.sliding_window").ifPresent?.integer(in: 0...1 << 31), window > 0 else {
      return nil
    }
    let field = key("attention.sliding_window_pattern")
    if case .array(let kinds) = field.value {
      isSliding = kinds.map { $0 == .bool(true) || $0 == .integer(1) }
      guard isSliding.count == layers else { throw field.expected("the kind of each of \(layers) layers") }
    } else {
      isSliding = ModelConfiguration.slidingLayers(
        layers, pattern: try field.ifPresent?.integer(in: ModelConfiguration.Limit.layers) ?? pattern)
    }
    self.window = window
    rotary = RotaryParameters(theta: try key("rope.freq_base_swa").ifPresent?.positive() ?? 10_000)
  }
}
