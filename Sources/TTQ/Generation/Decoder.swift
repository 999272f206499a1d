internal import Kernels
internal import Records

/// What problems have in common that share their kernels: all layers have the same shapes and types.
private struct KernelKey: Hashable {
  let role: LinearRole
  let format: WeightFormat
}

/// The layers of a model with everything that one sequence of tokens needs: caches, quantized weights, work memory, kernels.
struct Decoder: ~Copyable {
  private let model: LanguageModel
  private let layers: [DecoderLayer]
  private let head: Linear
  private let runner: PassRunner
  private let attention: ByTokenClass<Attention>
  private let split: HeadSplit
  private let activation: Activation
  private let scoreScale: Float
  private var work: Workspace
  var clock = StageClock()

  /// Cached positions for which the kernels of attention are chosen.
  private static let representativePositions = 512

  init(
    _ model: LanguageModel, options: SessionOptions, capacity: Int, binder: inout KernelBinder
  ) throws(SelectionFailure) {
    let shape = model.configuration
    let (heads, dimension) = (shape.keyValueHeads, shape.headDimension)
    self.model = model
    var kernels: [KernelKey: LinearKernels] = [:]
    for weights in model.weights.linears {
      let key = KernelKey(role: weights.role, format: options.format(of: weights))
      if kernels[key] == nil { kernels[key] = try LinearKernels(weights, options: options, binder: &binder) }
    }
    attention = try ByTokenClass { (tokens) throws(SelectionFailure) in
      var problem = Problem(
        family: .attention, n: shape.queryWidth, k: Self.representativePositions, tokens: tokens.representative,
        heads: HeadShape(keyValueHeads: heads, dimension: dimension), cache: options.cache)
      let found = try binder.bind(AttentionFamily(), problem)
      // Scores of all positions may lie there, so the largest call counts and not the one that the kernel was chosen for.
      problem.k = capacity
      problem.tokens = min(tokens.largest ?? options.chunk, options.chunk, capacity)
      binder.pool.reserveScratch(floats: found.variant.scratchFloats(problem))
      return Attention(found.variant, found.configuration)
    }
    func linear(_ weights: LinearWeights) -> Linear {
      let key = KernelKey(role: weights.role, format: options.format(of: weights))
      guard let bound = kernels[key] else { preconditionFailure("every problem is bound") }
      return Linear(
        weights, kernels: bound, lowRank: options.lowRank[weights.name], frozen: options.frozen[weights.name],
        calibrator: options.calibrator)
    }
    layers = model.weights.layers.enumerated().map { index, weights in
      let rows = shape.cachedPositions(ofLayer: index, context: capacity, chunk: options.chunk)
      return DecoderLayer(
        weights: weights,
        cache: KeyValueCache(
          type: options.cache, heads: heads, dimension: dimension, capacity: rows, window: weights.window),
        linear: linear)
    }
    head = linear(model.weights.head)
    runner = PassRunner(
      pool: binder.pool, rule: options.rule, leastTokens: options.leastTokens,
      driftThreshold: options.driftThreshold)
    split = HeadSplit(heads: shape.heads, keyValueHeads: heads, dimension: dimension)
    activation = shape.architecture.family.activation
    scoreScale = Float(1 / shape.scoreScalar.squareRoot())
    work = Workspace(shape, pairs: model.weights.pairs, options: options, tokens: min(options.chunk, capacity))
  }

  /// Positions in the cache.
  var position: Int { layers[0].cache.count }

  var cacheBytes: Int { layers.reduce(0) { $0 + $1.cache.byteCount } }

  /// Every linear problem.
  var linears: [Linear] { layers.flatMap(\.linears) + [head] }

  /// The logits of the last token that they were computed for.
  func withLogits<Result>(_ body: (Span<Float>) -> Result) -> Result { body(work.logits.rows(0..<1)) }

  /// Forgets all positions and what was measured.
  func reset() {
    _ = rewind(to: 0)
    for linear in linears { linear.reset() }
  }

  /// Forgets the positions past the first `position`, or all where a layer no longer holds what the next one sees; what was measured
  /// stays. Returns the positions that are left.
  func rewind(to position: Int) -> Int {
    let left = layers.allSatisfy { $0.cache.reaches(position) } ? position : 0
    for layer in layers { layer.cache.truncate(to: left) }
    return left
  }

  /// Quantizes what is not quantized yet, or for fewer tokens than were measured and `threshold` away from what they say now.
  mutating func quantizeAll(threshold: Double) throws(EngineError) {
    for layer in layers {
      for linear in layer.linears { try runner.quantize(linear, threshold: threshold, clock: &clock) }
    }
    try runner.quantize(head, threshold: threshold, clock: &clock)
  }

  /// Runs `tokens`, at most a chunk, through all layers; their last hidden states, normalised, wait for the output layer.
  mutating func run(_ tokens: Span<Int>, _ pass: Pass) throws(EngineError) {
    let count = tokens.count
    work.rotary.fill(from: position, tokens: count, pool: runner.pool)
    work.slidingRotary.fill(from: position, tokens: count, pool: runner.pool)
    embed(tokens, from: model.weights.embedding, scale: model.weights.embeddingScale, into: &work.hidden)
    if let positions = model.weights.positions { addPositions(positions, from: position, count, to: &work.hidden) }
    for index in layers.indices {
      try attend(layers[index], count, pass)
      try feedForward(layers[index], count, pass)
    }
    model.weights.finalNorm(work.hidden, count, into: &work.normal, pool: runner.pool)
    clock.charge(.rest)
    if pass.measures { runner.measure(head, work.normal, count, clock: &clock) }
  }

  /// Computes the logits of the last of the `count` tokens that ran.
  mutating func lastLogits(of count: Int, _ pass: Pass) throws(EngineError) {
    if pass.quantizes { try runner.quantize(head, clock: &clock) }
    runner.multiply(
      head, work.normal, count - 1..<count, formatted: &work.formattedHidden, into: &work.logits, pass)
    clock.charge(.firstToken)
  }

  /// Appends the logits of all `count` tokens that ran, row after row.
  mutating func allLogits(of count: Int, _ pass: Pass, to rows: inout [Float]) throws(EngineError) {
    if pass.quantizes { try runner.quantize(head, clock: &clock) }
    for start in stride(from: 0, to: count, by: Workspace.logitRows) {
      let end = min(start + Workspace.logitRows, count)
      runner.multiply(head, work.normal, start..<end, formatted: &work.formattedHidden, into: &work.logits, pass)
      let logits = work.logits.rows(0..<end - start)
      for i in 0..<logits.count { rows.append(logits[i]) }
    }
    clock.charge(.firstToken)
  }

  /// hidden += output(attention(qkv(norm(hidden)))), normalised where the family does
  private mutating func attend(_ layer: DecoderLayer, _ count: Int, _ pass: Pass) throws(EngineError) {
    let weights = layer.weights
    weights.attentionNorm(work.hidden, count, into: &work.normal, pool: runner.pool)
    clock.charge(.rest)
    try runner(
      layer.qkv, work.normal, count, formatted: &work.formattedHidden, into: &work.qkv, pass, clock: &clock)
    let turns = unsafe weights.window == nil ? work.rotary.turns : work.slidingRotary.turns
    unsafe split(
      work.qkv, tokens: count, queryNorm: weights.queryNorm, keyNorm: weights.keyNorm, turns: turns,
      queries: &work.queries, keys: &work.keys, values: &work.values, pool: runner.pool)
    layer.cache.append(
      keys: work.keys.rows(0..<count), values: work.values.rows(0..<count), tokens: count, pool: runner.pool)
    clock.charge(.rest)
    attend(layer, count)
    clock.charge(.attention)
    try runner(
      layer.output, work.attended, count, formatted: &work.formattedAttended, into: &work.added, pass, clock: &clock)
    add(count, normalised: weights.attentionBlockNorm)
  }

  /// Positions that a query of the layer cannot see are left out by looking at a part of the cache: queries that see all there is run
  /// together, each later one alone over its own window.
  private mutating func attend(_ layer: DecoderLayer, _ count: Int) {
    let past = layer.cache.count - count
    let window = layer.weights.window ?? layer.cache.count
    let together = min(max(window - past, 0), count)
    if together > 0 { attend(layer, 0..<together, over: 0..<past + together) }
    for token in together..<count {
      let end = past + token + 1
      attend(layer, token..<token + 1, over: end - window..<end)
    }
  }

  private mutating func attend(_ layer: DecoderLayer, _ tokens: Range<Int>, over positions: Range<Int>) {
    let (operation, heads, scale, pool) = (attention[tokens.count], split.heads, scoreScale, runner.pool)
    work.attended.write(tokens, from: work.queries) { queries, attended in
      operation(
        queries, heads: heads, over: layer.cache, positions: positions, scale: scale, into: &attended, pool: pool)
    }
  }

  /// hidden += down(activation(gateUp(norm(hidden)))), normalised where the family does
  private mutating func feedForward(_ layer: DecoderLayer, _ count: Int, _ pass: Pass) throws(EngineError) {
    layer.weights.feedForwardNorm(work.hidden, count, into: &work.normal, pool: runner.pool)
    clock.charge(.rest)
    try runner(
      layer.gateUp, work.normal, count, formatted: &work.formattedHidden, into: &work.gateUp, pass, clock: &clock)
    activation.apply(work.gateUp, count, into: &work.inner, pool: runner.pool)
    clock.charge(.rest)
    try runner(
      layer.down, work.inner, count, formatted: &work.formattedInner, into: &work.added, pass, clock: &clock)
    add(count, normalised: layer.weights.feedForwardBlockNorm)
  }

  /// Adds what a block computed to the stream.
  private mutating func add(_ count: Int, normalised norm: Norm?) {
    if let norm {
      norm(work.added, count, into: &work.normal, pool: runner.pool)
      addResidual(work.normal, count, to: &work.hidden, pool: runner.pool)
    } else {
      addResidual(work.added, count, to: &work.hidden, pool: runner.pool)
    }
    clock.charge(.rest)
  }
}
