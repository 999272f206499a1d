internal import Foundation

/// What a number of the report measures, and how it is written: three significant digits throughout.
package enum Unit: Sendable {
  case plain, count, nanoseconds, gigabytesPerSecond, gigaoperationsPerSecond, share, ratio, error

  /// The name of the unit on an axis or in a JSON key; empty where the number stands alone.
  package var symbol: String {
    switch self {
    case .plain, .count, .error: ""
    case .nanoseconds: "ns"
    case .gigabytesPerSecond: "GB/s"
    case .gigaoperationsPerSecond: "GOP/s"
    case .share: "share of roof"
    case .ratio: "ratio"
    }
  }

  /// The unit as the page's script knows it, which writes numbers as `text` does.
  var name: String {
    switch self {
    case .plain, .gigabytesPerSecond, .gigaoperationsPerSecond: "plain"
    case .count: "count"
    case .nanoseconds: "time"
    case .share: "share"
    case .ratio: "ratio"
    case .error: "error"
    }
  }

  /// The text of `value`, or a dash where there is none to show.
  package func text(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "–" }
    return switch self {
    case .plain, .gigabytesPerSecond, .gigaoperationsPerSecond: Self.significant(value)
    case .count: String(format: "%.0f", value)
    case .nanoseconds: Self.duration(value)
    case .share: Self.percent(value)
    case .ratio: "\(Self.significant(value))×"
    case .error: value == 0 ? "0" : String(format: "%.1e", value)
    }
  }

  /// An interval with its unit written once where both ends share it.
  package func text(low: Double?, high: Double?) -> String {
    guard let low, let high, low.isFinite, high.isFinite else { return "–" }
    guard self == .nanoseconds else { return "\(text(low))–\(text(high))" }
    let scale = Self.scale(high)
    return "\(Self.significant(low / scale.size))–\(Self.significant(high / scale.size)) \(scale.name)"
  }

  /// `value` with three significant digits, without an exponent from a thousandth to a hundred million.
  package static func significant(_ value: Double) -> String {
    let size = abs(value)
    if size == 0 { return "0" }
    guard size >= 1e-3, size < 1e8 else { return String(format: "%.2e", value) }
    let digits = 2 - Int(log10(size * 1.0005).rounded(.down))
    return String(format: "%.\(max(0, digits))f", value)
  }

  /// `value` with so many significant digits, for data.
  static func text(_ value: Double, digits: Int) -> String { String(format: "%.\(digits)g", value) }

  /// `value` without trailing zeros, for ticks that are round numbers.
  static func short(_ value: Double) -> String { String(format: "%g", value) }

  /// A whole number with thin spaces between its thousands.
  static func grouped(_ value: Double) -> String {
    let digits = String(format: "%.0f", value)
    let groups = stride(from: digits.count, to: 0, by: -3).map { end in
      digits.dropLast(digits.count - end).suffix(3)
    }
    return groups.reversed().joined(separator: "\u{2009}")
  }

  private static func percent(_ share: Double) -> String {
    let percent = share * 100
    let digits = abs(percent) >= 10 || percent == 0 ? 0 : abs(percent) >= 1 ? 1 : 2
    return abs(percent) < 1e6 ? String(format: "%.\(digits)f", percent) + " %" : "\(significant(percent)) %"
  }

  private static func duration(_ nanoseconds: Double) -> String {
    let scale = scale(nanoseconds)
    return "\(significant(nanoseconds / scale.size)) \(scale.name)"
  }

  private static func scale(_ nanoseconds: Double) -> (size: Double, name: String) {
    switch abs(nanoseconds) {
    case ..<1e3: (1, "ns")
    case ..<1e6: (1e3, "µs")
    case ..<1e9: (1e6, "ms")
    default: (1e9, "s")
    }
  }
}
