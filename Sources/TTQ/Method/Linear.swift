package import Kernels
internal import Records

/// One linear problem of a session: the model's weights, what was measured of its activations, and the quantized matrix made from both.
///
/// A class because it holds memory that is owned once and stands in an array of layers; used by one thread.
package final class Linear {
  package let weights: LinearWeights
  private let kernels: LinearKernels
  private let rows: WeightRows
  /// Of no rows where the problem stays in full precision.
  private var packed: PackedMatrix
  /// Whether `packed` holds the weights.
  private(set) var isQuantized = false
  /// Sums of |x|^p of each input channel over `seen` tokens, p that of the session's rule.
  private var powers: AlignedBuffer<Float>
  private var seen = 0
  /// `seen` when the quantized matrix was made.
  private var seenByPacked = 0
  private var inverseScale: AlignedBuffer<Float>
  /// log D of the quantized matrix.
  private var logarithms: [Double] = []

  package init(_ weights: LinearWeights, kernels: LinearKernels) {
    self.weights = weights
    self.kernels = kernels
    packed = PackedMatrix(
      n: kernels.use.quantized ? weights.n : 0, k: weights.k, format: kernels.quantized?.format ?? .q4g32,
      layout: kernels.quantized?.layout ?? .rows)
    // `weights` keeps the tensors mapped for as long as this object lives.
    rows = unsafe WeightRows(
      parts: weights.parts.map { unsafe (start: $0.pointer, rows: $0.shape[0]) }, k: weights.k,
      element: weights.element)
    powers = AlignedBuffer(repeating: 0, count: kernels.use.measured ? weights.k : 0)
    inverseScale = AlignedBuffer(repeating: 1, count: kernels.use.quantized ? weights.k : 0)
  }

  var use: LinearUse { kernels.use }

  /// Bytes of the quantized matrix.
  var packedBytes: Int { packed.byteCount }

  /// Forgets all activations and what was made of them.
  func reset() {
    var span = powers.mutableSpan
    for i in 0..<span.count { span[i] = 0 }
    seen = 0
    seenByPacked = 0
    // Without a statistic the matrix does not depend on the prompt.
    guard use.measured else { return }
    logarithms = []
    isQuantized = false
  }

  /// Adds the activations `x`, T rows of K, to the statistic.
  package func measure(_ x: Span<Float>, pool: ThreadPool) {
    guard let statistic = kernels.statistic else { return }
    let tokens = x.count / weights.k
    var sums = powers.mutableSpan
    statistic[tokens](x, into: &sums, pool: pool)
    seen += tokens
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
      let scale = try scale(rule: rule, leastTokens: leastTokens, threshold: threshold)
    else { return }
    isQuantized = quantized.quantize(rows, d: scale.span, into: &packed, pool: pool)
    guard isQuantized else { throw .beyondHalf(weights.name) }
  }

  /// y = W x in full precision, and the quantized matrix for the activations measured so far in the same pass over the weights.
  ///
  /// Returns false, and did nothing, where no kernel does both at so many tokens or the matrix there is stands close enough.
  func multiplyAndQuantize(
    _ x: Span<Float>, into y: inout MutableSpan<Float>, rule: ScaleRule, leastTokens: Int, threshold: Double,
    pool: ThreadPool
  ) throws(EngineError) -> Bool {
    guard !kernels.fused.isEmpty, TokenClass(tokens: x.count / weights.k) == .many,
      let scale = try scale(rule: rule, leastTokens: leastTokens, threshold: threshold)
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
    return true
  }

  /// D for the activations measured so far, now that of the quantized matrix, which is about to be made; nil where the one there is stands
  /// close enough.
  private func scale(rule: ScaleRule, leastTokens: Int, threshold: Double) throws(EngineError) -> [Float]? {
    if isQuantized, !use.measured || seen == seenByPacked { return nil }
    var wanted = [Double](repeating: 0, count: weights.k)
    if use.measured, seen >= max(leastTokens, 1) {
      guard let found = rule.logarithms(norms: rule.norms(powers: powers.span, tokens: seen)) else {
        throw .nonFinite("activations of \(weights.name)")
      }
      wanted = found
    }
    guard !isQuantized || ScaleRule.drift(from: logarithms, to: wanted) > threshold else { return nil }
    let fit = ScaleRule.fit(logarithms: wanted, largestWeight: weights.largest)
    let scale = ScaleRule.scale(logarithms: wanted, fit: fit)
    var inverse = inverseScale.mutableSpan
    for i in 0..<inverse.count { inverse[i] = 1 / scale[i] }
    logarithms = wanted
    seenByPacked = seen
    return scale
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

  /// y = Q (x / D), T rows of N; `formatted` is work memory for T rows of K.
  package func multiplyQuantized(
    _ x: Span<Float>, formatted: inout PackedActivations, into y: inout MutableSpan<Float>, pool: ThreadPool
  ) {
    guard let quantized = kernels.quantized, isQuantized else { preconditionFailure("not quantized yet") }
    let tokens = x.count / weights.k
    quantized.activations[tokens](x, inverseScale: inverseScale.span, into: &formatted, pool: pool)
    quantized.multiply[tokens](packed, formatted, tokens: tokens, into: &y, pool: pool)
  }
}
