internal import Kernels
internal import Records

/// A linear problem quantized once, by a calibration text, whatever the prompt.
package struct FrozenLinear: Sendable {
  /// N x K.
  var codes: [UInt8]
  /// N x groups.
  var scales: [Float16]
  var minima: [Float16]
  /// 1 / D for each input channel.
  let inverseScale: [Float]

  /// Memory for N x K weights that were scaled by `scale`.
  init(n: Int, scale: [Float], format: WeightFormat) {
    codes = Array(repeating: 0, count: n * scale.count)
    scales = Array(repeating: 0, count: n * format.groups(scale.count))
    minima = scales
    inverseScale = scale.map { 1 / $0 }
  }

  /// Sets the range of a group.
  mutating func set(_ range: GroupRange, row: Int, group: Int, format: WeightFormat) {
    let place = row * format.groups(inverseScale.count) + group
    scales[place] = Float16(range.scale)
    minima[place] = Float16(range.minimum)
  }

  /// Whether all scales and minima are numbers of f16.
  var isFinite: Bool { scales.allSatisfy(\.isFinite) && minima.allSatisfy(\.isFinite) }
}

/// How weights are frozen by a calibration text.
package enum FrozenMethod: String, CaseIterable, Sendable {
  case awq, gptq

  func freeze(_ weights: LinearWeights, _ moments: InputMoments, format: WeightFormat) -> FrozenLinear? {
    switch self {
    case .awq: AWQ(weights, moments, format).frozen()
    case .gptq: GPTQ(weights, moments, format).frozen()
    }
  }
}
