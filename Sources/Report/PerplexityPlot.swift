internal import Foundation
package import Records

/// Perplexity against effective bits as SVG: a line for each way to quantize, over its bits.
package struct PerplexityPlot {
  private struct Curve {
    let name: String
    let points: [(bits: Double, perplexity: Double)]
  }

  private let title: String
  private let curves: [Curve]
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
    for row in quantized where !names.contains(Self.name(row.subject)) { names.append(Self.name(row.subject)) }
    full = rows.first { $0.subject.method == "full" }?.perplexity
    let ceiling = full.map { $0 * limit } ?? .infinity
    curves = names.map { name in
      let points = quantized.filter { Self.name($0.subject) == name }
        .map { (bits: $0.effectiveBits, perplexity: min($0.perplexity, ceiling)) }
      return Curve(name: name, points: points.sorted { $0.bits < $1.bits })
    }
    let points = curves.flatMap(\.points)
    guard let least = points.map(\.bits).min(), let most = points.map(\.bits).max() else { return nil }
    let losses = (points.map(\.perplexity) + [full].compactMap { $0 }).map { log($0) }
    bits = (least - 0.25)...(most + 0.25)
    loss = ((losses.min() ?? 0) - 0.02)...((losses.max() ?? 1) + 0.02)
    self.title = title
  }

  /// What a curve holds fast.
  private static func name(_ subject: EvaluationCase) -> String {
    ([
      subject.method, subject.budget == nil ? nil : "mixed bits",
      subject.calibration.map { "(\(URL(fileURLWithPath: $0).lastPathComponent))" },
      subject.group == 32 ? nil : subject.group.map { "g\($0)" }, subject.side == .byte ? "side 8bit" : nil,
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
      let path = curve.points.map { "\(Self.round(x($0.bits))),\(Self.round(y($0.perplexity)))" }
      marks.append("<polyline fill=\"none\" stroke=\"\(color)\" points=\"\(path.joined(separator: " "))\"/>")
      marks += curve.points.map {
        "<circle r=\"2.5\" fill=\"\(color)\" cx=\"\(Self.round(x($0.bits)))\" cy=\"\(Self.round(y($0.perplexity)))\"/>"
      }
      let row = Self.top + 8 + 16 * Double(index)
      marks.append(Self.line(Self.right + 10, row, Self.right + 28, row, color))
      marks.append(Self.text(curve.name, Self.right + 34, row + 4, "start"))
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" font-family="sans-serif" \
      font-size="11">
      <rect width="100%" height="100%" fill="#ffffff"/>
      \(marks.joined(separator: "\n"))
      </svg>

      """
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

  private static func text(_ text: String, _ x: Double, _ y: Double, _ anchor: String) -> String {
    "<text x=\"\(round(x))\" y=\"\(round(y))\" text-anchor=\"\(anchor)\">\(HTMLText.escape(text))</text>"
  }
}
