package import Records

/// The shape of a model, from `config.json` (as transformers 4 and 5 write it) and `generation_config.json`.
///
/// All sizes are positive and bounded, so that products of them fit an `Int`.
package struct ModelConfiguration: Hashable, Sendable {
  package let architecture: Architecture
  package let hiddenSize: Int
  package let layers: Int
  package let heads: Int
  /// Divides `heads`.
  package let keyValueHeads: Int
  /// Even: the rotary embedding turns pairs.
  package let headDimension: Int
  package let intermediateSize: Int
  package let vocabularySize: Int
  package let rmsNormEpsilon: Double
  package let ropeTheta: Double
  package let ropeScaling: RotaryScaling
  package let tieWordEmbeddings: Bool
  package let maxPositions: Int
  /// The type that the weights are said to have; each tensor names its own.
  package let element: ElementType?
  package let bosToken: Int?
  /// Every token that ends a generation.
  package let eosTokens: Set<Int>

  /// Reads the configuration of a model folder.
  package init(folder: String) throws(ModelFileError) {
    let root = try JSONField(path: "\(folder)/config.json")
    let architecture = try Architecture(root["architectures"])
    self.architecture = architecture
    hiddenSize = try root["hidden_size"].integer(in: 1...1 << 18)
    layers = try root["num_hidden_layers"].integer(in: 1...1 << 12)
    heads = try root["num_attention_heads"].integer(in: 1...1 << 12)
    keyValueHeads = try root["num_key_value_heads"].ifPresent?.integer(in: 1...heads) ?? heads
    guard heads % keyValueHeads == 0 else { throw root["num_key_value_heads"].expected("a divisor of \(heads) heads") }
    headDimension = try Self.headDimension(root, architecture: architecture, hidden: hiddenSize, heads: heads)
    intermediateSize = try root["intermediate_size"].integer(in: 1...1 << 21)
    let vocabularySize = try root["vocab_size"].integer(in: 1...1 << 22)
    self.vocabularySize = vocabularySize
    rmsNormEpsilon = try root["rms_norm_eps"].positive()
    let rotary = try RotaryParameters(root)
    ropeTheta = rotary.theta
    ropeScaling = rotary.scaling
    tieWordEmbeddings = try root["tie_word_embeddings"].bool(or: false)
    maxPositions = try root["max_position_embeddings"].integer(in: 1...1 << 31)
    element = Self.element(root["dtype"].ifPresent ?? root["torch_dtype"])
    try Self.checkSupported(root)

    var sources = [root]
    let generation = "\(folder)/generation_config.json"
    if fileExists(generation) { sources.append(try JSONField(path: generation)) }
    var bos: Int?
    var eos: Set<Int> = []
    for source in sources {
      bos = bos == nil ? try Self.tokens(source["bos_token_id"], vocabularySize).first : bos
      eos.formUnion(try Self.tokens(source["eos_token_id"], vocabularySize))
    }
    bosToken = bos
    eosTokens = eos
  }

  private static func headDimension(
    _ root: JSONField, architecture: Architecture, hidden: Int, heads: Int
  ) throws(ModelFileError) -> Int {
    let field = root["head_dim"]
    var dimension = architecture.defaultHeadDimension ?? hidden / heads
    if !field.isNull {
      dimension = try field.integer(in: 2...1 << 12)
    } else if architecture.defaultHeadDimension == nil {
      guard hidden % heads == 0 else {
        throw root["num_attention_heads"].expected("a divisor of hidden_size \(hidden)")
      }
    }
    guard dimension % 2 == 0, dimension > 0 else { throw field.expected("an even number", found: "\(dimension)") }
    return dimension
  }

  /// Switches of the configuration that change the arithmetic, and the only value of each that the engine computes.
  private static func checkSupported(_ root: JSONField) throws(ModelFileError) {
    for key in ["attention_bias", "mlp_bias", "use_sliding_window"] where try root[key].bool(or: false) {
      throw root[key].unsupported("false")
    }
    let activation = try root["hidden_act"].ifPresent?.string() ?? "silu"
    guard activation == "silu" else { throw root["hidden_act"].unsupported("silu") }
    for layer in try root["layer_types"].elements() where try layer.string() != "full_attention" {
      throw layer.unsupported("full_attention")
    }
    guard root["quantization_config"].isNull else { throw root["quantization_config"].unsupported("none") }
  }

  private static func element(_ field: JSONField) -> ElementType? {
    switch field.value {
    case .string("float32"): .f32
    case .string("float16"): .f16
    case .string("bfloat16"): .bf16
    default: nil
    }
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

extension Architecture {
  fileprivate init(_ field: JSONField) throws(ModelFileError) {
    let known = Architecture.allCases.map(\.rawValue).joined(separator: " ")
    guard let first = try field.elements().first else { throw field.expected("one of \(known)") }
    guard let architecture = Architecture(rawValue: try first.string()) else { throw first.unsupported(known) }
    self = architecture
  }
}
