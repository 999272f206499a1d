internal import Kernels
internal import Records

/// The kernels of one linear problem, resolved once; all layers of a model share them.
package struct LinearKernels: Sendable {
  let use: LinearUse
  /// In full precision, for each part of the stacked weights; empty where the session never needs it.
  let full: [ByTokenClass<Matmul>]
  let statistic: ByTokenClass<Statistic>?
  let quantized: Quantized?
  /// For each part of the stacked weights the product of many tokens that also quantizes them; empty where quantizing after it is all that
  /// this machine, the layout or the parts allow, or where no prompt runs in full precision.
  let fused: [MatmulQuantize]

  /// What a quantized product takes.
  struct Quantized: Sendable {
    let layout: PackedLayout
    /// Where the packed weights lie.
    let pages: Pages
    let format: WeightFormat
    let activation: ActivationFormat
    let quantize: Quantize
    /// Whether `quantize` searches for ranges.
    let searches: Bool
    /// Whether `quantize` reads what low-rank factors leave in place of weights and factors.
    let keepsResidual: Bool
    /// Quantizes a sample of rows and measures its error; nil where alpha is fixed.
    let measure: Quantize?
    let activations: ByTokenClass<QuantizeActivations>
    let multiply: ByTokenClass<QMatmul>
    /// Of the low-rank part; nil where there is none.
    let lowRank: ByTokenClass<LowRank>?
  }

  package init(
    _ weights: LinearWeights, options: SessionOptions, binder: inout KernelBinder
  ) throws(SelectionFailure) {
    let use = LinearUse(weights.role, options: options)
    self.use = use
    var full: [ByTokenClass<Matmul>] = []
    if use.full {
      let family = MatmulFamily()
      for part in weights.parts {
        full.append(
          try ByTokenClass { (tokens) throws(SelectionFailure) in
            let found = try binder.bind(
              family,
              Problem(
                family: .matmul, n: part.shape[0], k: weights.k, tokens: tokens.representative,
                element: weights.element))
            return Matmul(found.variant, found.configuration)
          })
      }
    }
    self.full = full
    statistic =
      use.measured
      ? try ByTokenClass { (tokens) throws(SelectionFailure) in
        let found = try binder.bind(
          StatisticFamily(),
          Problem(family: .statistic, k: weights.k, tokens: tokens.representative, norm: options.rule.norm))
        return Statistic(found.variant, found.configuration, norm: options.rule.norm)
      } : nil
    quantized = use.quantized ? try Quantized(weights, use, options: options, binder: &binder) : nil
    fused = options.prefill == .exact ? try quantized?.fused(weights, binder: &binder) ?? [] : []
  }
}

extension LinearKernels.Quantized {
  fileprivate init(
    _ weights: LinearWeights, _ use: LinearUse, options: SessionOptions, binder: inout KernelBinder
  ) throws(SelectionFailure) {
    let (format, activation) = (options.format(of: weights), options.activations)
    let rank = options.lowRank[weights.name]?.factors.rank ?? 0
    let layout = binder.layout(of: weights, format: format, activation: activation)
    let formed = Problem(
      family: .quantize, n: weights.n, k: weights.k, format: format, element: weights.element, rank: rank,
      search: options.search)
    let kept = formed.ofKeptResidual
    keepsResidual =
      rank > 0
      && binder.keepsResidual(
        options.residual, formed: formed, kept: kept, layout: layout, needsWeights: use.full)
    let writer = try binder.bind(QuantizeFamily(), keepsResidual ? kept : formed, layout: layout)
    self.layout = layout
    pages = binder.lookup.choices.packedPages
    self.format = format
    self.activation = activation
    quantize = Quantize(writer.variant, writer.configuration, search: options.search)
    searches = options.search > 0
    measure =
      options.rule.alpha == .auto && options.method == .ttq
      ? try binder.sampler(of: weights, format: format, layout: layout, options: options) : nil
    activations = try ByTokenClass { (tokens) throws(SelectionFailure) in
      let found = try binder.bind(
        QuantizeActivationsFamily(),
        Problem(
          family: .quantizeActivations, k: weights.k, tokens: tokens.representative, format: format,
          activation: activation))
      return QuantizeActivations(found.variant, found.configuration)
    }
    lowRank =
      rank > 0
      ? try ByTokenClass { (tokens) throws(SelectionFailure) in
        let found = try binder.bind(
          LowRankFamily(),
          Problem(family: .lowrank, n: weights.n, k: weights.k, tokens: tokens.representative, rank: rank))
        return LowRank(found.variant, found.configuration)
      } : nil
    multiply = try ByTokenClass { (tokens) throws(SelectionFailure) in
      let found = try binder.bind(
        QMatmulFamily(),
        Problem(
          family: .qmatmul, n: weights.n, k: weights.k, tokens: tokens.representative, format: format,
          activation: activation), layout: layout)
      return QMatmul(found.variant, found.configuration)
    }
  }
}

extension KernelBinder {
  /// What quantizes a sample of rows and measures its error.
  mutating func sampler(
    of weights: LinearWeights, format: WeightFormat, layout: PackedLayout, options: SessionOptions
  ) throws(SelectionFailure) -> Quantize {
    // Without a search, one candidate measures the range as it is.
    let candidates = max(options.search, 1)
    let found = try bind(
      QuantizeFamily(),
      Problem(
        family: .quantize, n: min(Problem.sampledRows, weights.n), k: weights.k, format: format,
        element: weights.element,
        rank: options.lowRank[weights.name]?.factors.rank ?? 0, search: candidates), layout: layout)
    return Quantize(found.variant, found.configuration, search: candidates)
  }
}

extension LinearKernels.Quantized {
  /// The kernels that multiply the parts of `weights` and quantize them in the same pass; none where there is nothing but references.
  fileprivate func fused(
    _ weights: LinearWeights, binder: inout KernelBinder
  ) throws(SelectionFailure) -> [MatmulQuantize] {
    // A panel must not span two parts.
    guard layout == .panel16, !searches, lowRank == nil,
      weights.parts.dropLast().allSatisfy({ $0.shape[0] % PackedGeometry.panel == 0 })
    else {
      return []
    }
    let family = MatmulQuantizeFamily()
    var kernels: [MatmulQuantize] = []
    for part in weights.parts {
      let problem = Problem(
        family: .matmulQuantize, n: part.shape[0], k: weights.k, tokens: TokenClass.many.representative, format: format,
        element: weights.element)
      guard let found = try binder.bindUnlessReference(family, problem, layout: layout) else { return [] }
      kernels.append(MatmulQuantize(found.variant, found.configuration))
    }
    return kernels
  }
}

/// What a session does with a linear problem.
struct LinearUse: Hashable, Sendable {
  /// Multiplied in full precision at some time.
  let full: Bool
  /// Its activations are measured.
  let measured: Bool
  let quantized: Bool
  /// Its mean error is made good.
  let corrected: Bool

  init(_ role: LinearRole, options: SessionOptions) {
    let kept = role == .head && !options.quantizesHead
    quantized = options.method != .full && !kept
    measured = options.method == .ttq && quantized
    corrected = measured && options.correctsBias
    full = !quantized || options.prefill == .exact || corrected
  }
}
