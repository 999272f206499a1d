internal import Foundation

/// How much memory this process holds, mapped files included.
enum ResidentMemory {
  /// The most bytes that were resident at once since the process started; nil where the system does not tell.
  static var peak: Int? {
    guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix("VmHWM:") {
      return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
    }
    return nil
  }
}
