internal import Foundation

/// The marks that all drawings are made of, as SVG text; coordinates are rounded to a tenth, and words are escaped here.
enum SVG {
  static func round(_ value: Double) -> String { String(format: "%.1f", value) }

  static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, kind: String) -> String {
    "<line class=\"\(kind)\" x1=\"\(round(x1))\" y1=\"\(round(y1))\" x2=\"\(round(x2))\" y2=\"\(round(y2))\"/>"
  }

  /// `anchor` is the end of the text that stands at x: start, middle or end; `turn` is a transform.
  static func text(_ text: String, x: Double, y: Double, kind: String, anchor: String, turn: String? = nil) -> String {
    let transform = turn.map { " transform=\"\($0)\"" } ?? ""
    return "<text class=\"\(kind)\" x=\"\(round(x))\" y=\"\(round(y))\" text-anchor=\"\(anchor)\"\(transform)>"
      + "\(HTMLText.escape(text))</text>"
  }

  /// A line through `points`.
  static func curve(_ points: [(x: Double, y: Double)], kind: String) -> String {
    let steps = points.enumerated().map { index, point in "\(index == 0 ? "M" : "L")\(round(point.x)) \(round(point.y))"
    }
    return "<path class=\"\(kind)\" d=\"\(steps.joined())\"/>"
  }

  /// Many dots without names as one mark.
  static func dots(_ points: [(x: Double, y: Double)], kind: String) -> String {
    "<path class=\"\(kind)\" d=\"\(points.map { "M\(round($0.x)) \(round($0.y))h0" }.joined())\"/>"
  }

  static func disc(x: Double, y: Double, radius: Double, kind: String) -> String {
    "<circle class=\"\(kind)\" cx=\"\(round(x))\" cy=\"\(round(y))\" r=\"\(round(radius))\"/>"
  }

  /// The whole drawing; `caption` names it to a screen reader.
  static func drawing(width: Double, height: Double, caption: String, marks: [String]) -> String {
    """
    <svg viewBox="0 0 \(round(width)) \(round(height))" width="\(round(width))" role="group" aria-label="\(HTMLText.escape(caption))">
    \(marks.joined(separator: "\n"))
    </svg>

    """
  }
}
