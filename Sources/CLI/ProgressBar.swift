internal import Foundation
internal import Glibc

/// A bar with the time left on standard error; plain lines at every tenth where that is no terminal.
final class ProgressBar {
  private let title: String
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var lastTenth = -1
  private static let width = 24

  init(_ title: String) {
    self.title = title
  }

  /// Shows that `done` of `total` steps are done.
  func show(done: Int, total: Int, text: String, secondsLeft: Double?) {
    let share = total > 0 ? Double(done) / Double(total) : 0
    let left = secondsLeft.map { "\(Int($0.rounded(.up))) s left" } ?? ""
    if isTerminal {
      let filled = Int(share * Double(Self.width))
      let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
      write("\r\u{1B}[2K\(title) [\(bar)] \(done)/\(total) \(left)  \(text.prefix(70))")
    } else if Int(share * 10) != lastTenth {
      lastTenth = Int(share * 10)
      write("\(title) \(done)/\(total) \(left)  \(text)\n")
    }
  }

  /// Clears the bar.
  func finish() {
    if isTerminal { write("\r\u{1B}[2K") }
  }

  private func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}

/// Prints a line on standard error, where it does not mix with results.
func note(_ text: String, terminator: String = "\n") {
  try? FileHandle.standardError.write(contentsOf: Data("\(text)\(terminator)".utf8))
}
