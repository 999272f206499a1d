internal import Records

/// All weights of a model: matrices as mapped, norms in single precision.
struct ModelWeights: Sendable {
  /// Vocabulary x hidden size; read row by row.
  let embedding: Tensor
  /// What the rows of `embedding` are multiplied by.
  let embeddingScale: Float
  /// Rows to be added for each position, the first of them for position 0; nil for families without.
  let positions: PositionTable?
  let layers: [LayerWeights]
  let finalNorm: Norm
  let head: LinearWeights
  /// Which elements of queries and keys turn together.
  let pairs: RotaryPairs

  /// Maps the tensors that `configuration` asks for; checks shapes, types and that every value is finite.
  init(
    _ store: TensorStore, _ configuration: ModelConfiguration, form: TensorForm
  ) throws(ModelFileError) {
    let family = configuration.architecture.family
    let names = form.names
    let vocabulary = [configuration.vocabularySize, configuration.hiddenSize]
    embedding = try store.tensor(names.embedding, shape: vocabulary)
    embeddingScale =
      family.scalesEmbedding ? embedding.element.nearest(to: Float(configuration.hiddenSize).squareRoot()) : 1
    let tied = configuration.tieWordEmbeddings
    if !tied { try embedding.requireFinite() }
    positions = try family.firstPosition.map { (first) throws(ModelFileError) in
      let table = try store.tensor(
        names.positions, shape: [configuration.maxPositions + first, configuration.hiddenSize])
      try table.requireFinite()
      return PositionTable(table: table, first: first)
    }
    let source = LayerSource(store: store, configuration: configuration, family: family, form: form)
    var layers: [LayerWeights] = []
    for index in 0..<configuration.layers {
      let layer = try LayerWeights(source, index: index)
      let first = layers.first ?? layer
      for (linear, model) in zip(layer.linears, first.linears) {
        try linear.parts[0].require(model.element, as: model.parts[0].name)
      }
      layers.append(layer)
    }
    self.layers = layers
    finalNorm = try source.norm(names.finalNorm, size: configuration.hiddenSize)
    let head = tied ? embedding : try store.tensor(names.head, shape: vocabulary)
    self.head = try LinearWeights(
      name: LinearRole.head.rawValue, role: .head, parts: [head], k: configuration.hiddenSize)
    pairs = form.pairs
  }

  /// Every linear problem of the model.
  var linears: [LinearWeights] { layers.flatMap(\.linears) + [head] }

  /// The matrices that are copies, as their files do not align them.
  var copies: [Tensor] {
    let matrices = linears.flatMap(\.parts) + [embedding, positions?.table].compactMap { $0 }
    return Dictionary(matrices.filter(\.isCopied).map { ($0.name, $0) }) { first, _ in first }.values.sorted {
      $0.name < $1.name
    }
  }
}

/// Learned positions: a row for each, after some that no position has.
struct PositionTable: Sendable {
  let table: Tensor
  /// The row of position 0.
  let first: Int
}

/// The weights of one layer.
struct LayerWeights: Sendable {
  let attentionNorm: Norm
  let feedForwardNorm: Norm
  /// Of each head; nil for families without.
  let queryNorm: RMSNorm?
  let keyNorm: RMSNorm?
  /// Of what a block adds to the stream; nil for families without.
  let attentionBlockNorm: Norm?
  let feedForwardBlockNorm: Norm?
  let qkv: LinearWeights
  let output: LinearWeights
  let gateUp: LinearWeights
  let down: LinearWeights
  /// The positions that a query sees, its own the last; nil where it sees all.
  let window: Int?

  var linears: [LinearWeights] { [qkv, output, gateUp, down] }

  fileprivate init(_ source: LayerSource, index: Int) throws(ModelFileError) {
    let (names, family, configuration) = (source.form.names, source.family, source.configuration)
    func norm(_ name: String) throws(ModelFileError) -> Norm {
      try source.norm("\(names.layers).\(index).\(name)", size: configuration.hiddenSize)
    }
    func headNorm(_ name: String) throws(ModelFileError) -> RMSNorm? {
      guard family.normalizesHeads else { return nil }
      return try source.rootMeanSquare("\(names.layers).\(index).\(name)", size: configuration.headDimension)
    }
    attentionNorm = try norm(names.attentionNorm)
    feedForwardNorm = try norm(names.feedForwardNorm)
    queryNorm = try headNorm(names.queryNorm)
    keyNorm = try headNorm(names.keyNorm)
    attentionBlockNorm = family.normalizesBlocks ? try norm(names.attentionBlockNorm) : nil
    feedForwardBlockNorm = family.normalizesBlocks ? try norm(names.feedForwardBlockNorm) : nil
    qkv = try source.linear(.qkv, [names.query, names.key, names.value], layer: index)
    output = try source.linear(.output, [names.output], layer: index)
    gateUp = try source.linear(
      .gateUp, family.activation.isGated ? [names.gate, names.up] : [names.up], layer: index)
    down = try source.linear(.down, [names.down], layer: index)
    window = configuration.window(ofLayer: index)
  }
}

/// What the weights of a layer are read with.
private struct LayerSource {
  let store: TensorStore
  let configuration: ModelConfiguration
  let family: ModelFamily
  let form: TensorForm

  func norm(_ name: String, size: Int) throws(ModelFileError) -> Norm {
    switch family.norm {
    case .rootMeanSquare: return .rootMeanSquare(try rootMeanSquare(name, size: size))
    case .layer:
      return .layer(
        LayerNorm(
          weight: try vector(name, size: size), bias: try vector(TensorNames.bias(of: name), size: size),
          epsilon: Float(configuration.normEpsilon)))
    }
  }

  func rootMeanSquare(_ name: String, size: Int) throws(ModelFileError) -> RMSNorm {
    let shift = form.normShift
    return RMSNorm(
      weight: try vector(name, size: size).map { $0 + shift }, epsilon: Float(configuration.normEpsilon))
  }

  private func vector(_ name: String, size: Int) throws(ModelFileError) -> [Float] {
    let tensor = try store.tensor(name, shape: [size])
    try tensor.requireFinite()
    return tensor.floats()
  }

  /// The problem of `role`, stacked of `tensors`. A bias that the family does not have is an error, as it would change what the layer computes.
  func linear(_ role: LinearRole, _ tensors: [String], layer: Int) throws(ModelFileError) -> LinearWeights {
    let shape = configuration.shape(of: role)
    var (parts, biases): ([Tensor], [Tensor]) = ([], [])
    for (name, rows) in zip(tensors, shape.rows) {
      let name = "\(form.names.layers).\(layer).\(name)"
      let bias = TensorNames.bias(of: name)
      parts.append(try store.tensor(name, shape: [rows, shape.k]))
      if family.biased.contains(role) {
        biases.append(try store.tensor(bias, shape: [rows]))
      } else if store.contains(bias) {
        throw .unsupported(
          path: store.path, item: "tensor \(bias)", found: "a bias",
          supported: "none there in \(configuration.architecture.rawValue)")
      }
    }
    return try LinearWeights(
      name: "layer \(layer) \(role.rawValue)", role: role, parts: parts, k: shape.k, biases: biases)
  }
}

extension ElementType {
  /// `value` as an element of this type holds it.
  fileprivate func nearest(to value: Float) -> Float {
    switch self {
    case .f32: value
    case .f16: Float(Float16(value))
    case .bf16:
      // Ties to even; finite values only.
      Float(bitPattern: (value.bitPattern + 0x7FFF + (value.bitPattern >> 16 & 1)) & 0xFFFF_0000)
    }
  }
}
