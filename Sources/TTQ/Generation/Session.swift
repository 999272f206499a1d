internal import Kernels
package import Records

/// One sequence of tokens through a model: its cache, and its weights quantized for this sequence.
///
/// Used by one thread at a time. The same tokens, options, plan and thread count give the same logits.
public final class Session {
  public let model: LanguageModel
  public let options: SessionOptions
  /// Positions that there is room for.
  public let capacity: Int
  package let threads: Int
  /// Every kernel that was bound, by problem; the token count of a problem stands for its class.
  package let kernels: [BoundKernel]
  /// One line for each packed layout and why it was chosen.
  package let layoutExplanations: [String]
  /// What happened that was not asked for, in sentences to show.
  public private(set) var notes: [String] = []
  /// The classes of token counts that ran so far.
  package var ran: Set<TokenClass> { hasDecoded ? prefilled.union([.one]) : prefilled }
  private var prefilled: Set<TokenClass> = []
  private var hasDecoded = false
  private let lastingNotes: [String]
  private var decoder: Decoder
  private let bindNanoseconds: Int

  /// Binds kernels and allocates everything that the session will need.
  public init(_ model: LanguageModel, _ options: SessionOptions = SessionOptions()) throws(EngineError) {
    let start = ContinuousClock.now
    let limit = model.configuration.maxPositions
    let capacity = options.context ?? min(limit, 4096)
    guard capacity > 0, capacity <= 1 << 24 else {
      throw .invalidOption("context of \(capacity) tokens: expected 1...\(1 << 24)")
    }
    guard capacity <= limit || model.weights.positions == nil else {
      throw .invalidOption("context of \(capacity) tokens: the model has learned \(limit) positions and no more")
    }
    let machine = try Self.machine(options)
    let shape = model.configuration
    let cache = (0..<shape.layers).reduce(0) { bytes, layer in
      let rows = shape.cachedPositions(ofLayer: layer, context: capacity, chunk: options.chunk)
      return bytes + Double(rows) * Self.cacheRow(shape, options)
    }
    guard cache < Double(machine.memoryBytes) else {
      throw .invalidOption(
        "context of \(capacity) tokens: its cache takes \(Int(cache / 1e6)) MB, this machine has "
          + "\(machine.memoryBytes / 1_000_000)")
    }
    threads = options.threads ?? machine.defaultThreads
    guard (1...1024).contains(threads) else { throw .invalidOption("\(threads) threads: expected 1...1024") }
    let lookup = PlanLookup(plan: options.plan, forced: options.forced, machine: machine, threads: threads)
    if let core = lookup.choices.openBLAS?.chosen { OpenBLAS.prefer(core: core) }
    var binder = KernelBinder(
      lookup: lookup,
      pool: ThreadPool(threads: threads, cpus: options.cpus ?? (threads > 1 ? machine.allowedCPUs : [])))
    do throws(SelectionFailure) {
      decoder = try Decoder(model, options: options, capacity: capacity, binder: &binder)
    } catch {
      throw .noKernel(error.reason)
    }
    kernels = binder.bound
    layoutExplanations = binder.layouts
    self.model = model
    self.options = options
    self.capacity = capacity
    if capacity > limit {
      lastingNotes =
        model.notes + ["the context of \(capacity) goes beyond the \(limit) positions that the model was made for"]
    } else {
      lastingNotes = model.notes
    }
    notes = lastingNotes
    bindNanoseconds = (ContinuousClock.now - start).nanoseconds
  }

  private static func machine(_ options: SessionOptions) throws(EngineError) -> Machine {
    if let machine = options.machine { return machine }
    do throws(MachineError) {
      return try Machine.probe()
    } catch {
      throw .invalidOption(error.description)
    }
  }

  /// Tokens that the session holds.
  public var position: Int { decoder.position }

  /// The logits of the last token.
  package var logits: [Float] { decoder.withLogits { logits in logits.indices.map { logits[$0] } } }

  /// Where the time since the last prefill began went.
  package var times: TimeSplit {
    var split = decoder.clock.split
    split.load = model.loadNanoseconds + bindNanoseconds
    return split
  }

  /// Forgets the sequence; weights that do not depend on it stay quantized.
  public func reset() {
    decoder.reset()
    notes = lastingNotes
  }

  /// Forgets what came after the first `position` tokens; the weights stay as they are quantized. Returns the tokens that are left: none
  /// where layers with a window let go of what the next token sees.
  package func rewind(to position: Int) -> Int { decoder.rewind(to: position) }

  /// Adds a line to what is to be shown.
  func report(_ note: String) { notes.append(note) }

  /// Runs a prompt, or what a later turn adds; `logits` are those of its last token. Values that are not finite are an error, after
  /// which the session is empty.
  public func prefill(_ tokens: [Int]) throws(EngineError) {
    var none: [Float] = []
    try prefill(tokens, collecting: false, into: &none)
  }

  /// Runs a prompt and returns the logits of all its tokens, row after row of the vocabulary's size.
  package func prefillAll(_ tokens: [Int]) throws(EngineError) -> [Float] {
    var rows: [Float] = []
    try prefill(tokens, collecting: true, into: &rows)
    return rows
  }

  private func prefill(
    _ tokens: [Int], collecting: Bool, into rows: inout [Float]
  ) throws(EngineError) {
    guard !tokens.isEmpty else { throw .emptyPrompt }
    try check(tokens.span)
    decoder.clock.restart()
    let pass: Pass =
      switch (options.method, options.prefill) {
      case (.full, _): .full
      case (_, .exact): .measure
      case (_, .quantized): .measureAndQuantize
      }
    do throws(EngineError) {
      try run(tokens, pass, collecting: collecting, into: &rows)
      try finishPrefill(chunks: (tokens.count + options.chunk - 1) / options.chunk)
    } catch {
      // Some layers hold positions that others do not.
      reset()
      throw error
    }
  }

  private func run(
    _ tokens: [Int], _ pass: Pass, collecting: Bool, into rows: inout [Float]
  ) throws(EngineError) {
    for start in stride(from: 0, to: tokens.count, by: options.chunk) {
      let end = min(start + options.chunk, tokens.count)
      // Only the last chunk knows what the whole prompt asks for.
      let pass = pass == .measure && end == tokens.count ? .measureWhileQuantizing : pass
      try decoder.run(tokens.span.extracting(start..<end), pass)
      prefilled.insert(TokenClass(tokens: end - start))
      if collecting {
        try decoder.allLogits(of: end - start, pass, to: &rows)
      } else if end == tokens.count {
        try decoder.lastLogits(of: end - start, pass)
      }
    }
  }

  /// Runs `tokens` after a prompt through the weights as they are quantized now, measuring nothing, and returns the logits of all,
  /// row after row of the vocabulary's size.
  package func continueAll(_ tokens: [Int]) throws(EngineError) -> [Float] {
    guard position > 0, !tokens.isEmpty else { throw .emptyPrompt }
    try check(tokens.span)
    var rows: [Float] = []
    try run(tokens, options.method == .full ? .full : .quantized, collecting: true, into: &rows)
    return rows
  }

  /// After the last chunk every problem is quantized for all that it saw, so that what follows meets the whole prompt's scales.
  private func finishPrefill(chunks: Int) throws(EngineError) {
    guard options.method != .full else { return }
    try decoder.quantizeAll(threshold: chunks > 1 ? 0 : options.driftThreshold)
    let measured = decoder.position - (options.rule.skipsFirst ? 1 : 0)
    if options.method == .ttq, measured < options.leastTokens {
      notes.append(
        "\(measured) tokens are fewer than \(options.leastTokens): quantized without activation scales (D = 1)")
    }
  }

  /// Adds one token; `logits` are those for the one after it.
  public func decode(_ token: Int) throws(EngineError) {
    // Nothing is quantized before the first prompt.
    guard position > 0 else { return try prefill([token]) }
    let tokens: InlineArray<1, Int> = [token]
    try check(tokens.span)
    let pass: Pass = options.method == .full ? .full : .quantized
    try decoder.run(tokens.span, pass)
    try decoder.lastLogits(of: 1, pass)
    hasDecoded = true
  }

  /// Chooses the next token from `logits`.
  func sample(with sampler: inout Sampler) throws(EngineError) -> Int {
    defer { decoder.clock.charge(.firstToken) }
    guard let token = decoder.withLogits({ sampler.choose($0) }) else {
      throw .nonFinite("logits at position \(position)")
    }
    return token
  }

  private func check(_ tokens: Span<Int>) throws(EngineError) {
    let vocabulary = model.configuration.vocabularySize
    for index in tokens.indices where !(0..<vocabulary).contains(tokens[index]) {
      throw .unknownToken(tokens[index], vocabulary: vocabulary)
    }
    guard position + tokens.count <= capacity else {
      throw .contextFull(capacity: capacity, needed: position + tokens.count)
    }
  }
}

extension Session {
  /// What the inputs of the quantized problems were like, where that was gathered.
  var moments: [(weights: LinearWeights, moments: InputMoments)] {
    decoder.linears.compactMap { linear in linear.moments.map { (linear.weights, $0) } }
  }

  /// Every problem that is quantized, with the share of its output's power that codes of each of `formats` would lose.
  func lostShares(
    of formats: [WeightFormat], options: SessionOptions
  ) throws(EngineError) -> [(linear: Linear, shares: [Double])] {
    let pool = ThreadPool(threads: 1)
    var binder = KernelBinder(
      lookup: PlanLookup(plan: options.plan, forced: options.forced, machine: try Self.machine(options), threads: 1),
      pool: pool)
    var result: [(linear: Linear, shares: [Double])] = []
    for linear in decoder.linears where linear.use.quantized {
      var shares: [Double] = []
      for format in formats {
        let quantize: Quantize
        do throws(SelectionFailure) {
          let layout = binder.layout(of: linear.weights, format: format, activation: options.activations)
          quantize = try binder.sampler(of: linear.weights, format: format, layout: layout, options: options)
        } catch {
          throw .noKernel(error.reason)
        }
        guard let share = linear.lostShare(format, quantize: quantize, rule: options.rule, pool: pool) else {
          throw .nonFinite("activations of \(linear.weights.name)")
        }
        shares.append(share)
      }
      result.append((linear, shares))
    }
    return result
  }

  /// Bytes of all packed weights.
  public var weightBytes: Int { decoder.linears.reduce(0) { $0 + $1.packedBytes } }

  /// Bytes that are kept beside low-rank factors in place of the weights as the model file has them.
  public var residualBytes: Int { decoder.linears.reduce(0) { $0 + $1.residualBytes } }

  /// Bytes of keys and values.
  public var cacheBytes: Int { decoder.cacheBytes }

  /// Bytes of the keys and values that a token reads with so many positions before it; layers that see a window read no more than that.
  package func cacheBytes(at positions: Double) -> Double {
    let shape = model.configuration
    let seen = (0..<shape.layers).reduce(0) { sum, index in
      sum + min(positions, shape.window(ofLayer: index).map(Double.init) ?? positions)
    }
    return Self.cacheRow(shape, options) * seen
  }

  /// Bytes of the keys and values of a position in a layer.
  private static func cacheRow(_ shape: ModelConfiguration, _ options: SessionOptions) -> Double {
    2 * Double(shape.keyValueHeads * options.cache.bytes(dimension: shape.headDimension))
  }

  /// Bytes of the linear layers that one token reads.
  package var weightsRead: Int {
    decoder.linears.reduce(0) { $0 + ($1.use.quantized ? $1.packedBytes : $1.weights.byteCount) }
  }

  /// Bytes that quantizing every problem reads and writes.
  package var quantizedTraffic: Int {
    decoder.linears.reduce(0) { sum, linear in
      let read = linear.residualBytes > 0 ? linear.residualBytes : linear.weights.byteCount
      return sum + (linear.use.quantized ? read + linear.packedBytes : 0)
    }
  }

  /// The type of the model's weights.
  package var weightType: String { model.weights.head.element.rawValue }

  /// The format of quantized weights and of the activations that meet them: `q4g32/a8`.
  package var quantizedType: String {
    "\(options.formats.isEmpty ? options.format.description : "mixed")/\(options.activations.rawValue)"
  }

  /// Bits that decoding reads for each weight of the linear layers, averaged by their number.
  public var effectiveBits: Double {
    var (bits, count) = (0.0, 0.0)
    for linear in decoder.linears {
      let weights = Double(linear.weights.n) * Double(linear.weights.k)
      count += weights
      bits +=
        weights
        * (linear.use.quantized
          ? options.format(of: linear.weights).effectiveBits(k: linear.weights.k) + linear.lowRankBits
          : Double(8 * linear.weights.element.bytes))
    }
    return bits / count
  }
}
