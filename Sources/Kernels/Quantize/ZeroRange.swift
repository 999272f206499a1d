extension GroupRange {
  /// A range that holds 0, and has a code for it: `minimum` is a whole number of scales, as near as f16 comes to it.
  package init(withZero range: ValueRange, largestCode: Int) {
    let (low, high) = (min(range.low, 0), max(range.high, 0))
    let scale = Float(Float16((high - low) / Float(largestCode)))
    let steps = scale > 0 ? (-low / scale).rounded() : 0
    self.init(scale: scale, minimum: Float(Float16(0 - steps * scale)), largestCode: largestCode)
  }
}
