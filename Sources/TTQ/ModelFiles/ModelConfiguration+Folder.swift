internal import Records

extension ModelConfiguration {
  /// Reads the configuration of a Hugging Face folder: `config.json`, as transformers 4 and 5 write it, and `generation_config.json`.
  package init(folder: String) throws(ModelFileError) {
    let document = try JSONField(path: "\(folder)/config.json")
    let (architecture, root) = try Architecture.found(in: document)
    let family = architecture.family
    let keys = family.keys
    let hiddenSize = try root["hidden_size"].integer(in: Limit.hiddenSize)
    let layers = try root["num_hidden_layers"].integer(in: Limit.layers)
    let heads = try root["num_attention_heads"].integer(in: Limit.heads)
    let keyValueHeads = try root["num_key_value_heads"].ifPresent?.integer(in: 1...heads) ?? heads
    guard heads % keyValueHeads == 0 else { throw root["num_key_value_heads"].expected("a divisor of \(heads) heads") }
    let headDimension = try Self.headDimension(root, keys, hidden: hiddenSize, heads: heads)
    try Self.checkSupported(root, family, hidden: hiddenSize)
    for field in [root, document].map({ $0["quantization_config"] }) where !field.isNull {
      throw field.unsupported("none")
    }
    let vocabularySize = try root["vocab_size"].integer(in: Limit.vocabularySize)
    let epsilon = if let fixed = keys.normEpsilon { fixed } else { try root["rms_norm_eps"].positive() }
    let (bos, eos) = try Self.tokens([root, document], folder: folder, vocabularySize)
    self.init(
      architecture: architecture, hiddenSize: hiddenSize, layers: layers, heads: heads, keyValueHeads: keyValueHeads,
      headDimension: headDimension,
      intermediateSize: try root[keys.intermediateSize].integer(in: Limit.intermediateSize),
      vocabularySize: vocabularySize,
      normEpsilon: epsilon,
      rotary: family.firstPosition == nil ? try RotaryParameters(root, theta: keys.ropeTheta) : nil,
      scoreScalar: try keys.scoreScalar.flatMap { root[$0].ifPresent }?.positive() ?? Double(headDimension),
      sliding: try family.slidingPattern.flatMap { (pattern) throws(ModelFileError) in
        try SlidingLayers(root, layers: layers, pattern: pattern)
      },
      tieWordEmbeddings: try (root["tie_word_embeddings"].ifPresent ?? document["tie_word_embeddings"]).bool(
        or: keys.tiesEmbeddings),
      maxPositions: try root["max_position_embeddings"].integer(in: Limit.positions),
      element: [root, document].flatMap { [$0["dtype"], $0["torch_dtype"]] }.compactMap(\.ifPresent).first
        .flatMap(Self.element),
      bosToken: bos, eosTokens: eos)
  }

  private static func headDimension(
    _ root: JSONField, _ keys: ConfigurationKeys, hidden: Int, heads: Int
  ) throws(ModelFileError) -> Int {
    let field = root["head_dim"]
    var dimension = keys.headDimension ?? hidden / heads
    if !field.isNull {
      dimension = try field.integer(in: Limit.headDimension)
    } else if keys.headDimension == nil {
      guard hidden % heads == 0 else {
        throw root["num_attention_heads"].expected("a divisor of hidden_size \(hidden)")
      }
    }
    guard dimension % 2 == 0, dimension > 0 else { throw field.expected("an even number", found: "\(dimension)") }
    return dimension
  }

  /// Switches of the configuration that change the arithmetic, and the only value of each that the engine computes.
  private static func checkSupported(_ root: JSONField, _ family: ModelFamily, hidden: Int) throws(ModelFileError) {
    for (key, value) in family.keys.switches where try root[key].bool(or: value) != value {
      throw root[key].unsupported("\(value)")
    }
    let activation = root[family.keys.activation]
    guard try activation.ifPresent?.string() ?? family.activation.name == family.activation.name else {
      throw activation.unsupported(family.activation.name)
    }
    let projected = root["word_embed_proj_dim"]
    guard try projected.ifPresent?.integer(in: Limit.hiddenSize) ?? hidden == hidden else {
      throw projected.unsupported("hidden_size \(hidden)")
    }
    if family.slidingPattern == nil {
      for layer in try root["layer_types"].elements() where try layer.string() != SlidingLayers.full {
        throw layer.unsupported(SlidingLayers.full)
      }
    }
    for key in ["attn_logit_softcapping", "final_logit_softcapping"] where !root[key].isNull {
      throw root[key].unsupported("none")
    }
  }

  private static func element(_ field: JSONField) -> ElementType? {
    switch field.value {
    case .string("float32"): .f32
    case .string("float16"): .f16
    case .string("bfloat16"): .bf16
    default: nil
    }
  }

  /// The token that begins a text and all that end one: the first from the parts of the configuration, else from `generation_config.json`,
  /// the others from all.
  private static func tokens(
    _ parts: [JSONField], folder: String, _ vocabularySize: Int
  ) throws(ModelFileError) -> (bos: Int?, eos: Set<Int>) {
    var sources = parts
    let generation = "\(folder)/generation_config.json"
    if fileExists(generation) { sources.append(try JSONField(path: generation)) }
    var bos: Int?
    var eos: Set<Int> = []
    for source in sources {
      bos = bos == nil ? try tokens(source["bos_token_id"], vocabularySize).first : bos
      eos.formUnion(try tokens(source["eos_token_id"], vocabularySize))
    }
    return (bos, eos)
  }

  /// Token ids given as one integer, a list, or null.
  private static func tokens(_ field: JSONField, _ vocabularySize: Int) throws(ModelFileError) -> [Int] {
    switch field.value {
    case .null: return []
    case .array:
      var tokens: [Int] = []
      for element in try field.elements() { tokens.append(try element.integer(in: 0...vocabularySize - 1)) }
      return tokens
    default: return [try field.integer(in: 0...vocabularySize - 1)]
    }
  }
}

extension SlidingLayers {
  fileprivate static let full = "full_attention"
  private static let sliding = "sliding_attention"

  /// From the kind of every layer, or from how often one of them sees everything; nil where all do.
  fileprivate init?(_ root: JSONField, layers: Int, pattern: Int) throws(ModelFileError) {
    let kinds = root["layer_types"]
    if kinds.isNull {
      let field = root["sliding_window_pattern"].ifPresent ?? root["_sliding_window_pattern"]
      isSliding = ModelConfiguration.slidingLayers(
        layers, pattern: try field.ifPresent?.integer(in: ModelConfiguration.Limit.layers) ?? pattern)
    } else {
      var isSliding: [Bool] = []
      for kind in try kinds.elements() {
        guard let known = try [Self.sliding: true, Self.full: false][kind.string()] else {
          throw kind.unsupported("\(Self.sliding) \(Self.full)")
        }
        isSliding.append(known)
      }
      guard isSliding.count == layers else { throw kinds.expected("the kind of each of \(layers) layers") }
      self.isSliding = isSliding
    }
    guard isSliding.contains(true) else { return nil }
    window = try root["sliding_window"].integer(in: ModelConfiguration.Limit.positions)
    rotary = try RotaryParameters(ofSlidingLayers: root)
  }
}

extension Architecture {
  /// The architecture that the document names, and its settings: the document itself, or the part of it that is about text.
  fileprivate static func found(in document: JSONField) throws(ModelFileError) -> (Architecture, settings: JSONField) {
    let field = document["architectures"]
    let nested = allCases.compactMap { architecture in architecture.family.multimodal.map { (architecture, $0) } }
    let known = (allCases.map(\.rawValue) + nested.map(\.1.architecture)).joined(separator: " ")
    guard let first = try field.elements().first else { throw field.expected("one of \(known)") }
    let name = try first.string()
    if let architecture = Architecture(rawValue: name) { return (architecture, document) }
    guard let (architecture, form) = nested.first(where: { $0.1.architecture == name }) else {
      throw first.unsupported(known)
    }
    return (architecture, try form.settings(document["text_config"]))
  }
}

extension MultimodalForm {
  /// The members of `field` after the defaults, so that they count before those.
  fileprivate func settings(_ field: JSONField) throws(ModelFileError) -> JSONField {
    guard !field.isNull else { throw field.expected("an object") }
    let own = try field.members().map { JSON.Member(key: $0.key, value: $0.field.value) }
    let epsilon = JSON.Member(key: "rms_norm_eps", value: .number(normEpsilon))
    let others = defaults.map { JSON.Member(key: $0.key, value: .integer($0.value)) }
    return JSONField(path: field.path, name: field.name, value: .object([epsilon] + others + own))
  }
}
