internal import Glibc
package import Records

/// D, the scale of each input channel, from the activations' norms (method.md, step 2): (n + lambda * mean n)^alpha, divided by its
/// geometric mean.
package struct ScaleRule: Hashable, Sendable {
  package var norm = NormOrder.two
  package var alpha = Alpha.fixed(0.5)
  /// The floor under the norms, relative to their mean.
  package var lambda = 0.01
  /// Whether the first token of a sequence, which attention makes a sink of, counts for nothing.
  package var skipsFirst = false

  package init() {}

  /// n = (mean of |x|^p)^(1/p) for each channel, from sums of |x|^p over `tokens` tokens.
  package func norms(powers: Span<Float>, tokens: Int) -> [Double] {
    powers.indices.map { index in
      let mean = Double(powers[index]) / Double(tokens)
      return switch norm {
      case .one: mean
      case .two: mean.squareRoot()
      case .four: mean.squareRoot().squareRoot()
      }
    }
  }

  /// log D for each channel, with mean 0; all 0 where every norm is. nil where a norm is not finite.
  package func logarithms(norms: [Double], alpha: Double) -> [Double]? {
    let mean = norms.reduce(0, +) / Double(norms.count)
    guard mean.isFinite else { return nil }
    guard mean > 0 else { return [Double](repeating: 0, count: norms.count) }
    let logs = norms.map { alpha * log(max($0 + lambda * mean, Double(Float.leastNormalMagnitude))) }
    let center = logs.reduce(0, +) / Double(logs.count)
    return logs.map { $0 - center }
  }

  /// The power of two that brings `largestWeight` * max D into [2^13, 2^14), where scales and minima are normal numbers of
  /// f16; 1 where all weights are 0. At most 2^100 either way, so that D and 1 / D stay within f32.
  package static func fit(logarithms: [Double], largestWeight: Float) -> Double {
    let top = Double(largestWeight) * exp(logarithms.max() ?? 0)
    guard top > 0 else { return 1 }
    return Double(sign: .plus, exponent: min(max(13 - Int(top.exponent), -100), 100), significand: 1)
  }

  /// How far `new` is from `old`: the distance of the logarithms relative to the length of the old ones.
  package static func drift(from old: [Double], to new: [Double]) -> Double {
    var (distance, length) = (0.0, 0.0)
    for (a, b) in zip(old, new) {
      distance += (b - a) * (b - a)
      length += a * a
    }
    return distance == 0 ? 0 : (distance / length).squareRoot()
  }
}

extension ScaleRule {
  /// D, less the power of two that fits it to f16, from its logarithm.
  static func factor(_ logarithm: Double) -> Double { exp(logarithm) }

  /// D itself, in single precision as the kernels take it.
  package static func scale(logarithms: [Double], fit: Double) -> [Float] {
    logarithms.map { Float(exp($0) * fit) }
  }
}
