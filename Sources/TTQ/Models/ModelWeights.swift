/// All weights of a model: matrices as mapped, norms in single precision.
struct ModelWeights: Sendable {
  /// Vocabulary x hidden size; read row by row.
  let embedding: Tensor
  let layers: [LayerWeights]
  let finalNorm: RMSNorm
  let head: LinearWeights

  /// Maps the tensors that `configuration` asks for; checks shapes, types and that every value is finite.
  init(_ store: TensorStore, _ configuration: ModelConfiguration) throws(ModelFileError) {
    let family = configuration.architecture.family
    let names = family.names
    let vocabulary = [configuration.vocabularySize, configuration.hiddenSize]
    embedding = try store.tensor(names.embedding, shape: vocabulary)
    let tied = configuration.tieWordEmbeddings
    if !tied { try embedding.requireFinite() }
    var layers: [LayerWeights] = []
    for index in 0..<configuration.layers {
      let layer = try LayerWeights(store, configuration, family, index: index)
      let first = layers.first ?? layer
      for (linear, model) in zip(layer.linears, first.linears) {
        try linear.parts[0].require(model.element, as: model.parts[0].name)
      }
      layers.append(layer)
    }
    self.layers = layers
    finalNorm = try RMSNorm(store, names.finalNorm, size: configuration.hiddenSize, configuration)
    let head = tied ? embedding : try store.tensor(names.head, shape: vocabulary)
    self.head = try LinearWeights(
      name: LinearRole.head.rawValue, role: .head, parts: [head], k: configuration.hiddenSize)
  }

  /// The linear problem of `role`, in the first layer that has it: all layers have the same shapes and types.
  func linear(_ role: LinearRole) -> LinearWeights {
    layers[0].linears.first { $0.role == role } ?? head
  }

  /// Every linear problem of the model.
  var linears: [LinearWeights] { layers.flatMap(\.linears) + [head] }
}

/// The weights of one layer.
struct LayerWeights: Sendable {
  let attentionNorm: RMSNorm
  let feedForwardNorm: RMSNorm
  /// Of each head; nil for families without.
  let queryNorm: RMSNorm?
  let keyNorm: RMSNorm?
  let qkv: LinearWeights
  let output: LinearWeights
  let gateUp: LinearWeights
  let down: LinearWeights

  var linears: [LinearWeights] { [qkv, output, gateUp, down] }

  init(
    _ store: TensorStore, _ configuration: ModelConfiguration, _ family: ModelFamily, index: Int
  ) throws(ModelFileError) {
    let names = family.names
    func norm(_ name: String, _ size: Int) throws(ModelFileError) -> RMSNorm {
      try RMSNorm(store, "\(names.layers).\(index).\(name)", size: size, configuration)
    }
    func linear(_ role: LinearRole, _ tensors: [String]) throws(ModelFileError) -> LinearWeights {
      let shape = configuration.shape(of: role)
      var (parts, biases): ([Tensor], [Tensor]) = ([], [])
      for (name, rows) in zip(tensors, shape.rows) {
        let name = "\(names.layers).\(index).\(name)"
        parts.append(try store.tensor(name, shape: [rows, shape.k]))
        guard family.biased.contains(role) else { continue }
        biases.append(try store.tensor(TensorNames.bias(of: name), shape: [rows]))
      }
      return try LinearWeights(
        name: "layer \(index) \(role.rawValue)", role: role, parts: parts, k: shape.k, biases: biases)
    }
    attentionNorm = try norm(names.attentionNorm, configuration.hiddenSize)
    feedForwardNorm = try norm(names.feedForwardNorm, configuration.hiddenSize)
    queryNorm = family.normalizesHeads ? try norm(names.queryNorm, configuration.headDimension) : nil
    keyNorm = family.normalizesHeads ? try norm(names.keyNorm, configuration.headDimension) : nil
    qkv = try linear(.qkv, [names.query, names.key, names.value])
    output = try linear(.output, [names.output])
    gateUp = try linear(.gateUp, [names.gate, names.up])
    down = try linear(.down, [names.down])
  }
}

extension RMSNorm {
  fileprivate init(
    _ store: TensorStore, _ name: String, size: Int, _ configuration: ModelConfiguration
  ) throws(ModelFileError) {
    let tensor = try store.tensor(name, shape: [size])
    try tensor.requireFinite()
    self.init(weight: tensor.floats(), epsilon: Float(configuration.rmsNormEpsilon))
  }
}
