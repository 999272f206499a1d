internal import Records

/// The ways to quantize one model on one text: bits against perplexity against speed.
struct TradeOff {
  struct Way {
    var row: EvaluationRow
    /// Tokens a second of the same format, where a benchmark of the same model is there.
    var speed: Double?
    var isOnFront = false
  }

  let file: String
  /// The model as the file's name has it: `eval-NAME.jsonl`.
  let model: String
  let text: String
  let ways: [Way]

  var name: String { "\(file)-\(text)" }

  init?(_ record: RecordedRows<EvaluationRow>, text: String, benchmarks: [ModelBenchRow]) {
    file = record.file
    self.text = text
    let last = record.file.split(separator: "/").last.map(String.init) ?? record.file
    let model = String(last.replacing(/^eval-/, with: "").replacing(/\.jsonl$/, with: ""))
    self.model = model
    let rows = record.rows.filter { $0.subject.text == text && $0.perplexity.isFinite && $0.effectiveBits.isFinite }
    guard !rows.isEmpty else { return nil }
    ways = Self.marked(rows.map { Way(row: $0, speed: Self.speed($0.subject, of: model, benchmarks)) })
  }

  /// A way is on the front where no other needs at most its bits at a lower perplexity, or fewer at the same.
  private static func marked(_ ways: [Way]) -> [Way] {
    ways.map { way in
      var way = way
      way.isOnFront = !ways.contains { other in
        let (a, b) = (other.row, way.row)
        return a.effectiveBits <= b.effectiveBits && a.perplexity <= b.perplexity
          && (a.effectiveBits < b.effectiveBits || a.perplexity < b.perplexity)
      }
      return way
    }
  }

  /// The fastest measured generation of the model in the format, whatever the threads and the positions cached before.
  private static func speed(_ subject: EvaluationCase, of model: String, _ rows: [ModelBenchRow]) -> Double? {
    rows.filter { row in
      guard row.model == model, row.generatedTokens > 0 else { return false }
      guard let bits = subject.bits else { return row.engine == .full && subject.method == "full" }
      guard row.engine != .full, subject.rank.map({ $0 == .fixed(0) }) ?? true else { return false }
      let format = "q\(bits)g\(subject.group ?? 32)"
      return row.type == format || row.type.hasPrefix(format + "/") || row.type.hasPrefix(format + "s8")
    }.compactMap(\.medianTokensPerSecond).max()
  }

  var plots: [Plot] {
    var plots = [
      plot(
        "effective bits of a weight", "bits against perplexity", x: { $0.row.effectiveBits }, ways: ways)
    ]
    let timed = ways.filter { $0.speed != nil }
    if timed.count > 1 {
      plots.append(plot("tokens/s", "speed against perplexity", x: { $0.speed ?? .nan }, ways: timed))
    }
    return plots
  }

  /// A series for each method, without the ones that collapsed: they would flatten the rest.
  private func plot(_ axis: String, _ words: String, x: (Way) -> Double, ways: [Way]) -> Plot {
    let least = ways.map(\.row.perplexity).min() ?? 1
    let shown = ways.filter { $0.row.perplexity <= Self.collapse * least }
    var methods: [String] = []
    for way in shown where !methods.contains(way.row.subject.method) { methods.append(way.row.subject.method) }
    let left = ways.count - shown.count
    let note =
      left > 0 ? " \(Words.count(left, "way")) beyond \(Int(Self.collapse)) times the least perplexity left out." : ""
    let front = shown.filter(\.isOnFront).map { Plot.Point(x: x($0), y: $0.row.perplexity, label: Self.label($0)) }
    return Plot(
      caption: "\(model), \(text): \(words); larger points are on the front of bits and perplexity.\(note)",
      x: .init(title: axis, isFree: true), y: .init(title: "perplexity", isLogarithmic: true),
      series: methods.map { method in
        Plot.Series(
          name: method,
          points: shown.filter { $0.row.subject.method == method }.map {
            Plot.Point(x: x($0), y: $0.row.perplexity, label: Self.label($0), highlighted: $0.isOnFront)
          })
      } + (front.count > 1 ? [Plot.Series(name: "front", points: front, joined: true)] : []))
  }

  private static let collapse = 4.0

  private static func label(_ way: Way) -> String {
    let speed = way.speed.map { ", \(Unit.plain.text($0)) tokens/s" } ?? ""
    return "\(name(way.row.subject)): \(Unit.significant(way.row.effectiveBits)) bits, perplexity "
      + "\(Unit.significant(way.row.perplexity))\(speed)"
  }

  /// What tells a way from others of its text.
  static func name(_ subject: EvaluationCase) -> String {
    [
      subject.method, subject.bits.map { "q\($0)g\(subject.group ?? 32)" },
      subject.rank.flatMap { $0 == .fixed(0) ? nil : "rank \($0)" },
      subject.alpha.map { "alpha \($0)" }, subject.search.flatMap { $0 == 0 ? nil : "search \($0)" },
      subject.calibration.map { "from \($0)" },
    ].compactMap { $0 }.joined(separator: " ")
  }

  var table: Table {
    Table(
      columns: [
        Table.Column("Way"), Table.Column("Effective bits"), Table.Column("Perplexity"),
        Table.Column("Divergence, mean"), Table.Column("Same token", .share), Table.Column("Tokens/s"),
        Table.Column("On the front"),
      ],
      rows: ways.sorted { ($0.row.effectiveBits, $0.row.perplexity) < ($1.row.effectiveBits, $1.row.perplexity) }.map {
        way in
        Table.Row(
          cells: [
            .text(Self.name(way.row.subject)), .number(way.row.effectiveBits), .number(way.row.perplexity),
            .number(way.row.meanDivergence), .number(way.row.agreement), .number(way.speed),
            .text(way.isOnFront ? "yes" : ""),
          ], highlighted: way.isOnFront)
      })
  }
}

extension ModelBenchRow {
  /// The median over the repetitions; nil of none.
  var medianTokensPerSecond: Double? {
    let rates = tokensPerSecond.filter(\.isFinite).sorted()
    return rates.isEmpty ? nil : (rates[rates.count / 2] + rates[(rates.count - 1) / 2]) / 2
  }
}
