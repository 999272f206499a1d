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
    let format: WeightFormat
    let quantize: Quantize
    let activations: ByTokenClass<QuantizeActivations>
    let multiply: ByTokenClass<QMatmul>
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
    quantized = use.quantized ? try Quantized(weights, options: options, binder: &binder) : nil
    fused = use.full ? try quantized?.fused(weights, binder: &binder) ?? [] : []
  }
}

extension LinearKernels.Quantized {
  init(
    _ weights: LinearWeights, options: SessionOptions, binder: inout KernelBinder
  ) throws(SelectionFailure) {
    let (format, activation) = (options.format, options.activations)
    let layout = binder.layout(of: weights, format: format, activation: activation)
    let writer = try binder.bind(
      QuantizeFamily(),
      Problem(family: .quantize, n: weights.n, k: weights.k, format: format, element: weights.element), layout: layout)
    self.layout = layout
    self.format = format
    quantize = Quantize(writer.variant, writer.configuration)
    activations = try ByTokenClass { (tokens) throws(SelectionFailure) in
      let found = try binder.bind(
        QuantizeActivationsFamily(),
        Problem(
          family: .quantizeActivations, k: weights.k, tokens: tokens.representative, format: format,
          activation: activation))
      return QuantizeActivations(found.variant, found.configuration)
    }
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

extension LinearKernels.Quantized {
  /// The kernels that multiply the parts of `weights` and quantize them in the same pass; none where there is nothing but references.
  fileprivate func fused(
    _ weights: LinearWeights, binder: inout KernelBinder
  ) throws(SelectionFailure) -> [MatmulQuantize] {
    // A panel must not span two parts.
    guard layout == .panel16, weights.parts.dropLast().allSatisfy({ $0.shape[0] % PackedGeometry.panel == 0 }) else {
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

  init(_ role: LinearRole, options: SessionOptions) {
    let kept = role == .head && !options.quantizesHead
    quantized = options.method != .full && !kept
    measured = options.method == .ttq && quantized
    full = !quantized || options.prefill == .exact
  }
}
