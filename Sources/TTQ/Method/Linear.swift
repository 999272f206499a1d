package import Kernels
internal import Records

/// One linear problem of a session: the model's weights, what was measured of its activations, and the quantized matrix made from both.
///
/// A class because it holds memory that is owned once and stands in an array of layers; used by one thread.
package final class Linear {
  package let weights: LinearWeights
  private let kernels: LinearKernels
  /// What is quantized: the weights, or what low-rank factors leave of them.
  private let rows: WeightRows
  /// Of no rows where the problem stays in full precision.
  private var packed: PackedMatrix
  /// Whether `packed` holds the weights.
  private(set) var isQuantized = false
  /// Sums of |x|^p of each input channel over `seen` tokens, p that of the session's rule.
  private var powers: AlignedBuffer<Float>
  private var seen = 0
  /// Whether the first token of the sequence went by.
  private var hasBegun = false
  /// `seen` when the quantized matrix was made.
  private var seenByPacked = 0
  private var inverseScale: AlignedBuffer<Float>
  /// log D of the quantized matrix.
  private var logarithms: [Double] = []
  /// What the inputs were like, where that is gathered.
  private(set) var moments: InputMoments?
  /// What is multiplied by apart; nil where all is quantized.
  private let lowRank: LowRankPart?
  /// What the low-rank part leaves of the weights; nil where it is formed in every pass.
  private let residual: KeptResidual?
  /// Where alpha is chosen for each prompt.
  private var sample: AlphaSample?
  /// Of no channels where ranges are not searched for.
  private var search: RangeWeights
  /// Where the mean error is made good.
  private var correction: BiasCorrection?

  package init(
    _ weights: LinearWeights, kernels: LinearKernels, lowRank: LowRankPart? = nil, frozen: FrozenLinear? = nil,
    calibrator: OpenBLAS? = nil
  ) {
    self.weights = weights
    self.kernels = kernels
    self.lowRank = kernels.use.quantized ? lowRank : nil
    packed = PackedMatrix(
      n: kernels.use.quantized ? weights.n : 0, k: weights.k, format: kernels.quantized?.format ?? .q4g32,
      layout: kernels.quantized?.layout ?? .rows, pages: kernels.quantized?.pages ?? .huge)
    // `weights` keeps the tensors mapped for as long as this object lives.
    if let factors = lowRank?.factors, kernels.quantized?.keepsResidual == true {
      let kept = KeptResidual(weights, factors: factors)
      rows = unsafe kept.rows(n: weights.n, k: weights.k)
      residual = kept
    } else {
      rows = unsafe WeightRows(
        parts: weights.parts.map { unsafe (start: $0.pointer, rows: $0.shape[0]) }, k: weights.k,
        element: weights.element)
      residual = nil
    }
    powers = AlignedBuffer(repeating: 0, count: kernels.use.measured ? weights.k : 0)
    inverseScale = AlignedBuffer(repeating: 1, count: kernels.use.quantized ? weights.k : 0)
    if let calibrator, kernels.use.measured { moments = InputMoments(k: weights.k, blas: calibrator) }
    let searches = kernels.quantized?.searches ?? false
    search = RangeWeights(n: searches ? weights.n : 0, k: searches ? weights.k : 0)
    if let quantized = kernels.quantized, quantized.measure != nil {
      sample = AlphaSample(weights, lowRank: lowRank?.factors, format: quantized.format, layout: quantized.layout)
    }
    if kernels.use.corrected {
      correction = BiasCorrection(k: weights.k)
    }
    // A session in full precision, which others are compared with, has no packed weights.
    if let frozen, kernels.use.quantized {
      packed.fill(codes: frozen.codes, scales: frozen.scales, minima: frozen.minima)
      for channel in 0..<weights.k { inverseScale[channel] = frozen.inverseScale[channel] }
      isQuantized = true
    }
  }

  var use: LinearUse { kernels.use }

  /// Bytes of the quantized matrix.
  var packedBytes: Int { packed.byteCount }

  /// Bytes of the residual that is kept in place of the weights.
  var residualBytes: Int { residual?.byteCount ?? 0 }

  private var largestRest: Float { lowRank?.largestRest ?? weights.largest }

  /// Bits of the factors for each weight.
  var lowRankBits: Double {
    guard let factors = lowRank?.factors else { return 0 }
    return 16 * Double(factors.rank) * Double(weights.n + weights.k) / (Double(weights.n) * Double(weights.k))
  }

  /// Forgets all activations and what was made of them.
  func reset() {
    var span = powers.mutableSpan
    for i in 0..<span.count { span[i] = 0 }
    seen = 0
    seenByPacked = 0
    hasBegun = false
    correction?.reset()
    // Without a statistic the matrix does not depend on the prompt.
    guard use.measured else { return }
    logarithms = []
    isQuantized = false
  }

  /// Adds the activations `x`, T rows of K, to the statistic, less those of the sequence's first token where `rule` says so.
  package func measure(_ x: Span<Float>, rule: ScaleRule, pool: ThreadPool) {
    guard let statistic = kernels.statistic else { return }
    let x = rule.skipsFirst && !hasBegun ? x.extracting(weights.k..<x.count) : x
    hasBegun = true
    let tokens = x.count / weights.k
    guard tokens > 0 else { return }
    var sums = powers.mutableSpan
    statistic[tokens](x, into: &sums, pool: pool)
    seen += tokens
    correction?.add(x)
    moments?.add(x)
  }

  /// Makes the quantized matrix for the activations measured so far, unless the one there is stands close enough.
  ///
  /// - Parameters:
  ///   - leastTokens: below, nothing is known of the activations and D is 1.
  ///   - threshold: the drift of log D up to which the matrix is kept.
  package func quantize(
    rule: ScaleRule, leastTokens: Int, threshold: Double, pool: ThreadPool
  ) throws(EngineError) {
    guard let quantized = kernels.quantized,
      let scale = try scale(rule: rule, leastTokens: leastTokens, threshold: threshold, pool: pool)
    else { return }
    let factors = residual == nil ? lowRank?.factors : nil
    if quantized.searches {
      isQuantized = quantized.quantize(
        rows, lowRank: factors, d: scale.span, search: search, into: &packed, pool: pool)
    } else {
      isQuantized = quantized.quantize(rows, lowRank: factors, d: scale.span, into: &packed, pool: pool)
    }
    guard isQuantized else { throw .beyondHalf(weights.name) }
    correct(leastTokens: leastTokens, pool: pool)
  }

  /// y = W x in full precision, and the quantized matrix for the activations measured so far in the same pass over the weights.
  ///
  /// Returns false, and did nothing, where no kernel does both at so many tokens or the matrix there is stands close enough.
  func multiplyAndQuantize(
    _ x: Span<Float>, into y: inout MutableSpan<Float>, rule: ScaleRule, leastTokens: Int, threshold: Double,
    pool: ThreadPool
  ) throws(EngineError) -> Bool {
    guard !kernels.fused.isEmpty, TokenClass(tokens: x.count / weights.k) == .many,
      let scale = try scale(rule: rule, leastTokens: leastTokens, threshold: threshold, pool: pool)
    else { return false }
    isQuantized = true
    var first = 0
    for index in weights.parts.indices {
      let part = weights.parts[index]
      let rows = first..<first + part.shape[0]
      let fits = unsafe kernels.fused[index](
        part.pointer, rows: rows, x, d: scale.span, into: &y, packed: &packed, pool: pool)
      isQuantized = isQuantized && fits
      first = rows.upperBound
    }
    guard isQuantized else { throw .beyondHalf(weights.name) }
    correct(leastTokens: leastTokens, pool: pool)
    return true
  }

  /// Takes what the new quantized matrix does to the mean input as what is to be made good.
  private func correct(leastTokens: Int, pool: ThreadPool) {
    guard seen >= max(leastTokens, 1), let quantized = kernels.quantized, let mean = correction?.mean(tokens: seen)
    else { return }
    var formatted = PackedActivations(
      capacity: 1, k: weights.k, group: quantized.format.group, format: quantized.activation)
    var (wanted, found) = ([Float](repeating: 0, count: weights.n), [Float](repeating: 0, count: weights.n))
    var span = wanted.mutableSpan
    multiplyFull(mean.span, into: &span, pool: pool)
    span = found.mutableSpan
    product(quantized, mean.span, formatted: &formatted, into: &span, pool: pool)
    correction?.set(wanted: wanted, found: found)
  }

  /// D for the activations measured so far, and the weights of a range search, now those of the quantized matrix, which is about to be made; nil where the one there is stands
  /// close enough.
  private func scale(
    rule: ScaleRule, leastTokens: Int, threshold: Double, pool: ThreadPool
  ) throws(EngineError) -> [Float]? {
    if isQuantized, !use.measured || seen == seenByPacked { return nil }
    var wanted = [Double](repeating: 0, count: weights.k)
    var norms = [Double](repeating: 0, count: weights.k)
    if use.measured, seen >= max(leastTokens, 1) {
      norms = rule.norms(powers: powers.span, tokens: seen)
      guard let found = choose(norms, rule: rule, pool: pool) else {
        throw .nonFinite("activations of \(weights.name)")
      }
      wanted = found
    }
    guard !isQuantized || ScaleRule.drift(from: logarithms, to: wanted) > threshold else { return nil }
    let fit = ScaleRule.fit(logarithms: wanted, largestWeight: largestRest)
    let scale = ScaleRule.scale(logarithms: wanted, fit: fit)
    var inverse = inverseScale.mutableSpan
    for i in 0..<inverse.count { inverse[i] = 1 / scale[i] }
    if kernels.quantized?.searches == true { search.weigh(norms: norms, logarithms: wanted) }
    logarithms = wanted
    seenByPacked = seen
    return scale
  }

  /// The logarithms of D for what the norms say; nil where one is not finite.
  private func choose(
    _ norms: [Double], rule: ScaleRule, pool: ThreadPool
  ) -> [Double]? {
    if case .fixed(let alpha) = rule.alpha { return rule.logarithms(norms: norms, alpha: alpha) }
    guard let measure = kernels.quantized?.measure else { preconditionFailure("alpha is chosen by measuring") }
    return sample?.choose(norms: norms, rule: rule, largestWeight: largestRest, quantize: measure, pool: pool)?
      .logarithms
  }

  /// The share of the output's power that weights in `quantize`'s layout and `format` would lose to what was measured, on a sample of rows;
  /// nil where a norm is not finite.
  func lostShare(_ format: WeightFormat, quantize: Quantize, rule: ScaleRule, pool: ThreadPool) -> Double? {
    guard seen > 0 else { return 0 }
    let norms = rule.norms(powers: powers.span, tokens: seen)
    var sample = AlphaSample(weights, lowRank: lowRank?.factors, format: format, layout: quantize.layout)
    let choice = sample.choose(norms: norms, rule: rule, largestWeight: largestRest, quantize: quantize, pool: pool)
    guard let choice else { return nil }
    let power = sample.power(norms: norms)
    return power > 0 ? choice.error / power : 0
  }

  /// y = W x in full precision, T rows of N.
  package func multiplyFull(
    _ x: Span<Float>, into y: inout MutableSpan<Float>, pool: ThreadPool
  ) {
    let tokens = x.count / weights.k
    var column = 0
    for index in 0..<weights.parts.count {
      let part = weights.parts[index]
      unsafe kernels.full[index][tokens](
        part.pointer, n: part.shape[0], k: weights.k, x, into: &y, firstColumn: column, stride: weights.n, pool: pool)
      column += part.shape[0]
    }
  }

  /// y = Q (x / D) + B (A x), T rows of N, and the correction of its mean error; `formatted` is work memory for T rows of K.
  package func multiplyQuantized(
    _ x: Span<Float>, formatted: inout PackedActivations, into y: inout MutableSpan<Float>, pool: ThreadPool
  ) {
    guard let quantized = kernels.quantized, isQuantized else { preconditionFailure("not quantized yet") }
    product(quantized, x, formatted: &formatted, into: &y, pool: pool)
    correction?.add(to: &y)
  }

  private func product(
    _ quantized: LinearKernels.Quantized, _ x: Span<Float>, formatted: inout PackedActivations,
    into y: inout MutableSpan<Float>, pool: ThreadPool
  ) {
    let tokens = x.count / weights.k
    quantized.activations[tokens](x, inverseScale: inverseScale.span, into: &formatted, pool: pool)
    quantized.multiply[tokens](packed, formatted, tokens: tokens, into: &y, pool: pool)
    if let lowRank, let product = quantized.lowRank { product[tokens](lowRank.factors, x, into: &y, pool: pool) }
  }
}
