internal import Foundation
package import Records

/// Perplexity against effective bits as SVG: a line for each way to quantize, over its bits; where there are several group sizes, one for
/// each, broken lines from size to size, and the names of the points.
package struct PerplexityPlot {
  private struct Point {
    let bits: Double
    let perplexity: Double
    let group: Int?
    /// What the group sizes of one width have in common.
    let width: String

    var name: String { group.map { "\(width) g\($0)" } ?? width }
  }

  private struct Curve {
    let name: String
    /// By their bits.
    let points: [Point]
  }

  private let title: String
  private let curves: [Curve]
  /// Whether there are several group sizes.
  private let hasGroups: Bool
  private let full: Double?
  private let bits: ClosedRange<Double>
  /// Logarithms of perplexity.
  private let loss: ClosedRange<Double>

  private static let (width, height) = (760.0, 430.0)
  private static let (left, right, top, bottom) = (60.0, 540.0, 30.0, 390.0)
  private static let colors = [
    "#888888", "#c44e52", "#dd8452", "#937860", "#4c72b0", "#55a868", "#8172b3", "#da8bc3", "#64b5cd", "#222222",
  ]

  /// Rows of one text; what collapsed, beyond `limit` times full precision, is drawn at the limit.
  package init?(_ rows: [EvaluationRow], title: String, limit: Double = 3) {
    var names: [String] = []
    let quantized = rows.filter { $0.subject.method != "full" && $0.perplexity.isFinite }
    let hasGroups = Set(quantized.compactMap(\.subject.group)).count > 1
    func name(_ row: EvaluationRow) -> String { Self.name(row.subject, withGroup: !hasGroups) }
    for row in quantized where !names.contains(name(row)) { names.append(name(row)) }
    full = rows.first { $0.subject.method == "full" }?.perplexity
    let ceiling = full.map { $0 * limit } ?? .infinity
    curves = names.map { curve in
      let points = quantized.filter { name($0) == curve }.map { row in
        Point(
          bits: row.effectiveBits, perplexity: min(row.perplexity, ceiling), group: row.subject.group,
          width: row.subject.bits.map { "\($0) bit" } ?? "mixed")
      }
      return Curve(name: curve, points: points.sorted { $0.bits < $1.bits })
    }
    let points = curves.flatMap(\.points)
    guard let least = points.map(\.bits).min(), let most = points.map(\.bits).max() else { return nil }
    let losses = (points.map(\.perplexity) + [full].compactMap { $0 }).map { log($0) }
    bits = (least - 0.25)...(most + 0.25)
    let (low, high) = (losses.min() ?? 0, losses.max() ?? 1)
    // Names stand above the points.
    loss = (low - 0.02)...(high + (hasGroups ? 0.13 * (high - low) : 0) + 0.02)
    self.title = title
    self.hasGroups = hasGroups
  }

  /// What a curve holds fast.
  private static func name(_ subject: EvaluationCase, withGroup: Bool) -> String {
    ([
      subject.method, subject.budget == nil ? nil : "mixed bits",
      subject.calibration.map { "(\(URL(fileURLWithPath: $0).lastPathComponent))" },
      withGroup && subject.group != 32 ? subject.group.map { "g\($0)" } : nil,
      subject.side == .byte ? "side 8bit" : nil,
      subject.rank.map { "r\($0)" },
      subject.alpha.map { "alpha \($0)" },
      subject.search.map { "search \($0)" },
    ].compactMap { $0 } + subject.additions).joined(separator: " ")
  }

  package var svg: String {
    var marks = [Self.text(title, Self.left, 18, "start")]
    marks += axes
    if let full {
      marks.append(Self.line(Self.left, y(full), Self.right, y(full), "#000000", dashed: true))
      marks.append(Self.text("full precision", Self.right + 10, y(full) + 4, "start"))
    }
    for (index, curve) in curves.enumerated() {
      let color = Self.colors[index % Self.colors.count]
      marks += lines(curve, by: \.group).map { Self.polyline($0, color) }
      if hasGroups { marks += lines(curve, by: \.width).map { Self.polyline($0, color, dashed: true) } }
      marks += curve.points.map { point in
        "<circle r=\"2.5\" fill=\"\(color)\" cx=\"\(Self.round(x(point.bits)))\" "
          + "cy=\"\(Self.round(y(point.perplexity)))\">"
          + "<title>\(HTMLText.escape("\(curve.name), \(point.name)"))</title></circle>"
      }
      let row = Self.top + 8 + 16 * Double(index)
      marks.append(Self.line(Self.right + 10, row, Self.right + 28, row, color))
      marks.append(Self.text(curve.name, Self.right + 34, row + 4, "start"))
    }
    if hasGroups {
      let row = Self.top + 16 + 16 * Double(curves.count)
      marks.append(Self.text("broken lines: group sizes of a width", Self.right + 10, row, "start"))
      marks += pointNames
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" font-family="sans-serif" \
      font-size="11">
      <rect width="100%" height="100%" fill="#ffffff"/>
      \(marks.joined(separator: "\n"))
      </svg>

      """
  }

  /// The points of `curve` that have `part` in common, in places.
  private func lines(_ curve: Curve, by part: (Point) -> some Hashable) -> [[(x: Double, y: Double)]] {
    Dictionary(grouping: curve.points, by: part).values.map { points in points.map { (x($0.bits), y($0.perplexity)) } }
      .sorted { ($0[0].x, $0[0].y) < ($1[0].x, $1[0].y) }
  }

  /// The name of each width and group size, once, above the highest of its points.
  private var pointNames: [String] {
    let places = Dictionary(grouping: curves.flatMap(\.points)) { "\($0.name) \(Self.round($0.bits))" }
    return places.values.compactMap { points in points.max { $0.perplexity < $1.perplexity } }
      .sorted { ($0.bits, $0.name) < ($1.bits, $1.name) }
      .map { point in
        let place = "\(Self.round(x(point.bits))) \(Self.round(y(point.perplexity) - 5))"
        return "<text font-size=\"9\" transform=\"translate(\(place)) rotate(-50)\">\(point.name)</text>"
      }
  }

  private var axes: [String] {
    var marks = [
      Self.line(Self.left, Self.bottom, Self.right, Self.bottom, "#000000"),
      Self.line(Self.left, Self.top, Self.left, Self.bottom, "#000000"),
      Self.text("effective bits of a weight", (Self.left + Self.right) / 2, Self.bottom + 32, "middle"),
    ]
    for tick in Int(bits.lowerBound.rounded(.up))...max(Int(bits.lowerBound.rounded(.up)), Int(bits.upperBound)) {
      marks.append(Self.text("\(tick)", x(Double(tick)), Self.bottom + 15, "middle"))
      marks.append(Self.line(x(Double(tick)), Self.top, x(Double(tick)), Self.bottom, "#e5e5e5"))
    }
    for part in 0...5 {
      let perplexity = exp(loss.lowerBound + (loss.upperBound - loss.lowerBound) * Double(part) / 5)
      marks.append(Self.text(String(format: "%.1f", perplexity), Self.left - 6, y(perplexity) + 4, "end"))
      marks.append(Self.line(Self.left, y(perplexity), Self.right, y(perplexity), "#e5e5e5"))
    }
    return marks
  }

  private func x(_ value: Double) -> Double {
    Self.left + (Self.right - Self.left) * (value - bits.lowerBound) / (bits.upperBound - bits.lowerBound)
  }

  private func y(_ perplexity: Double) -> Double {
    let share = (log(perplexity) - loss.lowerBound) / (loss.upperBound - loss.lowerBound)
    return Self.bottom - (Self.bottom - Self.top) * share
  }

  private static func round(_ value: Double) -> String { String(format: "%.1f", value) }

  private static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ color: String, dashed: Bool = false
  ) -> String {
    "<line stroke=\"\(color)\"\(dashed ? " stroke-dasharray=\"4 3\"" : "") x1=\"\(round(x1))\" y1=\"\(round(y1))\" "
      + "x2=\"\(round(x2))\" y2=\"\(round(y2))\"/>"
  }

  private static func polyline(_ places: [(x: Double, y: Double)], _ color: String, dashed: Bool = false) -> String {
    let path = places.map { "\(round($0.x)),\(round($0.y))" }.joined(separator: " ")
    let dashes = dashed ? " stroke-dasharray=\"2 3\"" : ""
    return "<polyline fill=\"none\" stroke=\"\(color)\"\(dashes) points=\"\(path)\"/>"
  }

  private static func text(_ text: String, _ x: Double, _ y: Double, _ anchor: String) -> String {
    "<text x=\"\(round(x))\" y=\"\(round(y))\" text-anchor=\"\(anchor)\">\(HTMLText.escape(text))</text>"
  }
}
