/// Extremes by compare and select, which stay in vectors; the standard library's `pointwiseMin` and `min()` go lane after lane.
extension SIMD16<Float> {
  /// The lesser of each pair of lanes.
  @inline(__always) func lesser(_ other: Self) -> Self { replacing(with: other, where: other .< self) }

  /// The greater of each pair of lanes.
  @inline(__always) func greater(_ other: Self) -> Self { replacing(with: other, where: other .> self) }

  /// The least lane.
  @inline(__always) var least: Float {
    let eight = lowHalf.replacing(with: highHalf, where: highHalf .< lowHalf)
    let four = eight.lowHalf.replacing(with: eight.highHalf, where: eight.highHalf .< eight.lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .< four.lowHalf)
    return Swift.min(two[0], two[1])
  }

  /// The greatest lane.
  @inline(__always) var greatest: Float { -(-self).least }
}
