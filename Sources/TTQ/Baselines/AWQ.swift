internal import Glibc
internal import Kernels
internal import Records

/// Activation-aware weight quantization (Lin et al., arXiv 2306.00978), as its authors' program does it: D = mean|x|^a with a searched on a
/// calibration text, then the magnitude at which each group is clipped.
///
/// Choices of ours: inputs are those of full precision, the error is that of the layer's own output, and the range is asymmetric.
struct AWQ {
  private let weights: LinearWeights
  private let moments: InputMoments
  private let format: WeightFormat
  private let values: [Float]

  private static let powers = 20
  /// Clipping goes down to half of the greatest magnitude, in twentieths.
  private static let clips = 10

  init(_ weights: LinearWeights, _ moments: InputMoments, _ format: WeightFormat) {
    self.weights = weights
    self.moments = moments
    self.format = format
    values = weights.parts.flatMap { $0.floats() }
  }

  /// nil where a scale is beyond f16.
  func frozen() -> FrozenLinear? {
    var best: (error: Double, scale: [Float])?
    for step in 0..<Self.powers {
      let scale = scale(power: Double(step) / Double(Self.powers))
      let frozen = quantized(scale) { _, _, values in values }
      let error = moments.outputError(differences(frozen))
      if error < best?.error ?? .infinity { best = (error, scale) }
    }
    guard let scale = best?.scale else { return nil }
    // Queries and keys are left as they are: their products meet each other.
    let kept = weights.role == .qkv ? weights.parts[0].shape[0] + weights.parts[1].shape[0] : 0
    let frozen = quantized(scale) { row, start, values in
      row < kept ? values : clipped(values, from: start, scale: scale)
    }
    return frozen.isFinite ? frozen : nil
  }

  /// D for a power of the mean magnitudes, fitted to f16.
  private func scale(power: Double) -> [Float] {
    let logarithms = moments.magnitudes.map { power * log(max($0 / Double(max(moments.tokens, 1)), 1e-4)) }
    let center = ((logarithms.max() ?? 0) + (logarithms.min() ?? 0)) / 2
    let centered = logarithms.map { $0 - center }
    return ScaleRule.scale(
      logarithms: centered, fit: ScaleRule.fit(logarithms: centered, largestWeight: weights.largest))
  }

  /// Rounds every group of scaled weights after `change`, which is given the row, the first channel and the values.
  private func quantized(_ scale: [Float], change: (Int, Int, [Float]) -> [Float]) -> FrozenLinear {
    var frozen = FrozenLinear(n: weights.n, scale: scale, format: format)
    let k = weights.k
    for row in 0..<weights.n {
      for (group, start) in stride(from: 0, to: k, by: format.group).enumerated() {
        let end = min(start + format.group, k)
        let scaled = change(row, start, (start..<end).map { values[row * k + $0] * scale[$0] })
        let whole = ValueRange(scaled)
        let range = GroupRange(low: whole.low, high: whole.high, largestCode: format.largestCode)
        frozen.set(range, row: row, group: group, format: format)
        for channel in start..<end { frozen.codes[row * k + channel] = UInt8(range.code(scaled[channel - start])) }
      }
    }
    return frozen
  }

  /// The values of a group clipped at the magnitude that leaves the least error in the outputs.
  private func clipped(_ values: [Float], from start: Int, scale: [Float]) -> [Float] {
    let top = values.reduce(0) { max($0, abs($1)) }
    var best = (error: Float.infinity, values: values)
    for step in 0..<Self.clips {
      let limit = top * (1 - Float(step) / 20)
      let candidate = values.map { max(-limit, min(limit, $0)) }
      let whole = ValueRange(candidate)
      let range = GroupRange(low: whole.low, high: whole.high, largestCode: format.largestCode)
      let difference = values.indices.map { index in
        let rounded = Float(range.code(candidate[index])) * range.scale + range.minimum
        return (values[index] - rounded) / scale[start + index]
      }
      let error = blockError(difference, from: start)
      if error < best.error { best = (error, candidate) }
    }
    return best.values
  }

  /// The squared error that differences in one group make in the outputs.
  private func blockError(_ difference: [Float], from start: Int) -> Float {
    var total: Float = 0
    for row in difference.indices {
      let place = (start + row) * weights.k + start
      var sum: Float = 0
      for column in difference.indices { sum += difference[column] * moments.products[place + column] }
      total += sum * difference[row]
    }
    return total
  }

  /// The weights less what the codes say.
  private func differences(_ frozen: FrozenLinear) -> [Float] {
    let (k, groups) = (weights.k, format.groups(weights.k))
    var result = values
    for row in 0..<weights.n {
      for channel in 0..<k {
        let place = row * groups + channel / format.group
        let value = Float(frozen.codes[row * k + channel]) * Float(frozen.scales[place]) + Float(frozen.minima[place])
        result[row * k + channel] -= value * frozen.inverseScale[channel]
      }
    }
    return result
  }
}
