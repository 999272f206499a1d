internal import Kernels
internal import Records

/// GPTQ (Frantar et al., arXiv 2210.17323): channel after channel is rounded, and what that did to the outputs is made good by the channels
/// that follow.
///
/// Choices of ours: inputs are those of full precision, channels come in their order, damping is a hundredth, and a group's range is that of
/// its weights when it begins.
struct GPTQ {
  private let weights: LinearWeights
  private let moments: InputMoments
  private let format: WeightFormat

  init(_ weights: LinearWeights, _ moments: InputMoments, _ format: WeightFormat) {
    self.weights = weights
    self.moments = moments
    self.format = format
  }

  /// nil where the inputs say too little, or a scale is beyond f16.
  func frozen() -> FrozenLinear? {
    guard let factor = moments.inverseFactor(damping: 0.01) else { return nil }
    let (n, k) = (weights.n, weights.k)
    let factors = factor.map(Float.init)
    let even = [Double](repeating: 0, count: k)
    let scale = ScaleRule.scale(
      logarithms: even, fit: ScaleRule.fit(logarithms: even, largestWeight: weights.largest))
    let values = weights.parts.flatMap { $0.floats() }
    var frozen = FrozenLinear(n: n, scale: scale, format: format)
    for row in 0..<n {
      var rest = (0..<k).map { values[row * k + $0] * scale[$0] }
      var range = GroupRange(low: 0, high: 0, largestCode: format.largestCode)
      for channel in 0..<k {
        if channel.isMultiple(of: format.group) {
          let whole = ValueRange(rest[channel..<min(channel + format.group, k)])
          range = GroupRange(low: whole.low, high: whole.high, largestCode: format.largestCode)
          frozen.set(range, row: row, group: channel / format.group, format: format)
        }
        let code = range.code(rest[channel])
        frozen.codes[row * k + channel] = UInt8(code)
        let place = channel * k
        let error = (rest[channel] - (Float(code) * range.scale + range.minimum)) / factors[place + channel]
        for later in channel + 1..<max(k, channel + 1) { rest[later] -= error * factors[place + later] }
      }
    }
    return frozen.isFinite ? frozen : nil
  }
}
