internal import Kernels
internal import Records

/// GPTQ (Frantar et al., arXiv 2210.17323): channel after channel is rounded, and what that did to the outputs is made good by the channels
/// that follow.
///
/// As in its authors' program, a range holds 0 and has a code for it: without, the small weights of a loud channel become large ones, and no
/// other channel makes that good (995 against 51 of perplexity on the loud demonstration model at 3 bit). Of its options, the loudest
/// channels come first and groups have the ranges of the weights as they were. Inputs are those of full precision; damping is a hundredth.
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
    let order = moments.loudestFirst
    guard let factor = moments.inverseFactor(damping: 0.01, order: order) else { return nil }
    let (n, k) = (weights.n, weights.k)
    let factors = factor.map(Float.init)
    let even = [Double](repeating: 0, count: k)
    let scale = ScaleRule.scale(
      logarithms: even, fit: ScaleRule.fit(logarithms: even, largestWeight: weights.largest))
    let values = weights.parts.flatMap { $0.floats() }
    var frozen = FrozenLinear(n: n, scale: scale, format: format)
    for row in 0..<n {
      var rest = order.map { values[row * k + $0] * scale[$0] }
      let ranges = stride(from: 0, to: k, by: format.group).map { start in
        GroupRange(
          withZero: ValueRange((start..<min(start + format.group, k)).map { values[row * k + $0] * scale[$0] }),
          largestCode: format.largestCode)
      }
      for (group, range) in ranges.enumerated() { frozen.set(range, row: row, group: group, format: format) }
      for turn in 0..<k {
        let channel = order[turn]
        let range = ranges[channel / format.group]
        let code = range.code(rest[turn])
        frozen.codes[row * k + channel] = UInt8(code)
        let place = turn * k
        let error = (rest[turn] - (Float(code) * range.scale + range.minimum)) / factors[place + turn]
        for later in turn + 1..<max(k, turn + 1) { rest[later] -= error * factors[place + later] }
      }
    }
    return frozen.isFinite ? frozen : nil
  }
}
