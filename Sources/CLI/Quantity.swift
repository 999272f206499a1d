internal import Foundation
internal import Records

/// Numbers as tables and summaries print them.
enum Quantity {
  /// Nanoseconds in the unit that suits them: `940 ns`, `71.3 us`, `1.52 ms`, `2.10 s`.
  static func time(_ nanoseconds: Double) -> String {
    switch nanoseconds {
    case ..<1e3: String(format: "%.0f ns", nanoseconds)
    case ..<1e6: String(format: "%.1f us", nanoseconds / 1e3)
    case ..<1e9: String(format: "%.2f ms", nanoseconds / 1e6)
    default: String(format: "%.2f s", nanoseconds / 1e9)
    }
  }

  /// The interval of a median: `70.2 us - 72.9 us`.
  static func interval(_ timing: Timing) -> String {
    "\(time(timing.lowNanoseconds)) - \(time(timing.highNanoseconds))"
  }

  /// Bytes as `48 KiB`, `2.0 MiB`, `22.9 GiB`.
  static func bytes(_ bytes: Int) -> String {
    let value = Double(bytes)
    switch value {
    case ..<1024: return "\(bytes) B"
    case ..<1_048_576: return String(format: "%.0f KiB", value / 1024)
    case ..<1_073_741_824: return String(format: "%.1f MiB", value / 1_048_576)
    default: return String(format: "%.1f GiB", value / 1_073_741_824)
    }
  }

  static func decimal(_ value: Double, digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }

  static func percent(_ share: Double, digits: Int = 0) -> String { String(format: "%.\(digits)f %%", 100 * share) }

  /// An error in scientific form, `0` where it is exactly that.
  static func error(_ error: Double) -> String { error == 0 ? "0" : String(format: "%.1e", error) }
}
