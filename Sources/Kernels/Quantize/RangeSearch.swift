internal import CKernels

/// The reference of the range search of `quantize` (method.md, beyond the paper): of some ranges of a group the one of least weighted
/// error.
package enum RangeSearch {
  /// How many candidates there may be; 0 is no search, and 1 measures the error of the range as it is.
  package static let supported = [0, 1, 3, 16]

  /// What the ends of a range are multiplied by.
  static func factors(_ candidates: Int) -> [(low: Float, high: Float)] {
    let steps: [Float] = [1, 0.9, 0.8, 0.7]
    return candidates == 16
      ? steps.flatMap { low in steps.map { (low, $0) } } : steps.prefix(candidates).map { ($0, $0) }
  }

  /// The best range for `values`, whose errors count `weights` times, and its error.
  static func best(
    _ values: ArraySlice<Float>, weights: ArraySlice<Float>, candidates: Int, largestCode: Int
  ) -> (range: ValueRange, error: Float) {
    let whole = ValueRange(values)
    var best = (range: whole, error: error(values, weights, whole, largestCode).error)
    for factor in factors(candidates).dropFirst() {
      let range = ValueRange(low: whole.low * factor.low, high: whole.high * factor.high)
      let (error, scale) = error(values, weights, range, largestCode)
      if scale > 0, error < best.error { best = (range, error) }
    }
    return best
  }

  private static func error(
    _ values: ArraySlice<Float>, _ weights: ArraySlice<Float>, _ range: ValueRange, _ largestCode: Int
  ) -> (error: Float, scale: Float) {
    let rounded = GroupRange(low: range.low, high: range.high, largestCode: largestCode)
    // `GroupRange` takes a scale below 0 for 0; such a range is never chosen.
    let inverse = rounded.scale == 0 ? 0 : 1 / rounded.scale
    let offset = 0 - rounded.minimum * inverse
    var (even, odd): (Float, Float) = (0, 0)
    for (index, (value, weight)) in zip(values, weights).enumerated() {
      let position = value * inverse + offset
      let code = min(max(position, 0), Float(largestCode)).rounded(.toNearestOrEven)
      let distance = position - code
      let term = distance * distance * weight
      if index.isMultiple(of: 2) { even += term } else { odd += term }
    }
    return (rounded.scale * rounded.scale * (even + odd), rounded.scale)
  }
}
