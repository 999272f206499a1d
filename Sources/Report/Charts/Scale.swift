internal import Foundation

/// Places values along an axis, evenly or by their logarithm, and says where its ticks stand.
package struct Scale {
  /// Whether equal distances are equal factors.
  package let isLogarithmic: Bool
  package let low: Double
  package let high: Double
  private let start: Double
  private let end: Double

  /// A scale that has room for all of `values` between the places `start` and `end`. A logarithmic one leaves out what is not positive;
  /// an even one begins at 0, or below where values do.
  package init(_ values: [Double], isLogarithmic: Bool, from start: Double, to end: Double) {
    self.isLogarithmic = isLogarithmic
    self.start = start
    self.end = end
    let shown = values.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
    let (least, most) = (shown.min() ?? (isLogarithmic ? 1 : 0), shown.max() ?? 1)
    if isLogarithmic {
      low = least / 1.25
      high = max(most * 1.25, low * 2)
    } else {
      low = min(0, least)
      high = most > low ? low + (most - low) * 1.05 : low + 1
    }
  }

  /// A scale of exactly `low` to `high`, for values that need no room from zero.
  package init(low: Double, high: Double, from start: Double, to end: Double) {
    isLogarithmic = false
    self.low = low
    self.high = high > low ? high : low + 1
    self.start = start
    self.end = end
  }

  /// Whether the scale has a place for `value`.
  package func shows(_ value: Double) -> Bool { value.isFinite && value >= low && value <= high }

  /// The place of `value`, at the nearer end where the scale has none.
  package func place(_ value: Double) -> Double {
    let place = unclampedPlace(value)
    return min(max(place, min(start, end)), max(start, end))
  }

  /// The place of `value` on an axis without ends.
  package func unclampedPlace(_ value: Double) -> Double {
    let part = isLogarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low)
    return start + (end - start) * part
  }

  /// About six round values; on a logarithmic scale powers of ten, with 2 and 5 between them where there is room, or powers of two
  /// where `binary`; within less than a factor of five even distances again.
  package func ticks(binary: Bool = false) -> [Double] {
    // Within a few factors, round numbers at even distances say more than powers do.
    guard isLogarithmic, binary || high / low > 5 else {
      let step = Self.step((high - low) / 6)
      let first = Int((low / step).rounded(.up))
      let last = Int((high / step).rounded(.down))
      return first <= last ? (first...last).map { Double($0) * step } : []
    }
    let base = binary ? 2.0 : 10.0
    let decades = log(high / low) / log(base)
    let stride = max(1, Int((decades / 7).rounded(.up)))
    let first = Int((log(low) / log(base)).rounded(binary ? .up : .down))
    let last = Int((log(high) / log(base)).rounded(.up))
    let parts = !binary && decades < 2.5 ? [1.0, 2, 5] : [1.0]
    return Swift.stride(from: first, through: last, by: stride).flatMap { power in
      parts.map { $0 * pow(base, Double(power)) }
    }.filter(shows)
  }

  /// The next of 1, 2 or 5 times a power of ten.
  static func step(_ rough: Double) -> Double {
    guard rough.isFinite, rough > 0 else { return 1 }
    let power = pow(10, log10(rough).rounded(.down))
    return ([1, 2, 5].first { $0 * power >= rough } ?? 10) * power
  }

  /// A tick's number: with the decimals that an even step needs, short on a logarithmic scale.
  package func text(_ tick: Double) -> String {
    guard !isLogarithmic || high / low <= 5 else { return tick >= 1000 ? Unit.grouped(tick) : Unit.short(tick) }
    return Self.text(tick, step: Self.step((high - low) / 6))
  }

  static func text(_ tick: Double, step: Double) -> String {
    guard step >= 1e-4, abs(tick) < 1e7 else { return Unit.plain.text(tick) }
    return String(format: "%.\(max(0, -Int(log10(step).rounded(.down))))f", tick)
  }
}
