internal import Foundation

/// Counters that are read together and what is computed of them: one file of `Tuning/metrics`.
///
/// ```text
/// # a comment
/// SHORT  What the group tells, in a line
///
/// EVENTS
/// cycles        PAPI_TOT_CYC | cycles
///
/// METRICS
/// clock [GHz] = cycles / seconds / 1e9
/// ```
///
/// An event has a name for the formulas and the counters that may serve it, the first available one first. `seconds`, the time of the
/// counted pass per call, needs no event.
package struct MetricGroup: Hashable, Sendable {
  package struct Event: Hashable, Sendable {
    package let name: String
    /// Counters by name, in the order of preference.
    package let counters: [String]
  }

  package struct Metric: Hashable, Sendable {
    package let name: String
    package let unit: String
    package let formula: Formula
  }

  /// The file's name without its ending.
  package let name: String
  package let summary: String
  package let events: [Event]
  package let metrics: [Metric]

  /// A name that formulas know without an event: seconds of one call in the counted pass.
  package static let seconds = "seconds"

  /// The group in the file at `path`.
  package init(path: String) throws(RecordError) {
    let bytes = try RecordFile.read(path)
    try self.init(String(decoding: bytes, as: UTF8.self), from: path)
  }

  /// Parses the text of the file at `path`; an error names the line.
  package init(_ text: String, from path: String) throws(RecordError) {
    var parser = Parser(path: path)
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      parser.number = index + 1
      try parser.read(line.trimmingCharacters(in: .whitespaces))
    }
    guard let summary = parser.summary, !parser.metrics.isEmpty else {
      throw .malformed(path: path, expected: "SHORT, EVENTS and METRICS", found: "a file without all of them")
    }
    name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    self.summary = summary
    events = parser.events
    metrics = parser.metrics
  }

  /// Every counter that may serve the group.
  package var counters: [String] { events.flatMap(\.counters) }

  /// A metric's value, or why there is none.
  package struct Reading: Hashable, Sendable {
    package let metric: Metric
    package let value: Double?
    package let absentBecause: String?
  }

  /// The metrics of a pass that took `seconds` a call and read `counters` per call; `absence` tells why a counter was not read.
  package func readings(
    counters: [String: Double], seconds: Double, absence: (String) -> String?
  ) -> [Reading] {
    var values = [Self.seconds: seconds]
    for event in events {
      if let counter = event.counters.first(where: { counters[$0] != nil }) { values[event.name] = counters[counter] }
    }
    return metrics.map { metric in
      if let value = metric.formula.value(values) { return Reading(metric: metric, value: value, absentBecause: nil) }
      let missing = metric.formula.names.first { values[$0] == nil }
      let event = events.first { $0.name == missing }
      let reasons = event.map { event in
        event.counters.map { "\($0): \(absence($0) ?? "no reading in this pass")" }.joined(separator: "; ")
      }
      return Reading(metric: metric, value: nil, absentBecause: reasons ?? "the formula has no finite value")
    }
  }

  private struct Parser {
    enum Section { case head, events, metrics }

    let path: String
    var number = 0
    var section = Section.head
    var summary: String?
    var events: [Event] = []
    var metrics: [Metric] = []

    init(path: String) { self.path = path }

    mutating func read(_ line: String) throws(RecordError) {
      if line.isEmpty || line.hasPrefix("#") { return }
      switch (line, section) {
      case ("EVENTS", .head): section = .events
      case ("METRICS", .head), ("METRICS", .events): section = .metrics
      case (_, .head): try readHead(line)
      case (_, .events): try readEvent(line)
      case (_, .metrics): try readMetric(line)
      }
    }

    private func malformed(_ expected: String, _ found: String) -> RecordError {
      .malformed(path: "\(path):\(number)", expected: expected, found: found)
    }

    private mutating func readHead(_ line: String) throws(RecordError) {
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      guard words.count == 2, words[0] == "SHORT", summary == nil else {
        throw malformed("SHORT with a line of text, once, then EVENTS", "`\(line.prefix(40))`")
      }
      summary = words[1].trimmingCharacters(in: .whitespaces)
    }

    private mutating func readEvent(_ line: String) throws(RecordError) {
      let words = line.split(maxSplits: 1) { $0 == " " || $0 == "\t" }.map(String.init)
      let counters = (words.last ?? "").split(separator: "|", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard words.count == 2, let name = words.first, !counters.contains(""), !counters.isEmpty else {
        throw malformed("a name and the counters for it, `|` between", "`\(line.prefix(40))`")
      }
      guard let formula = try? Formula(name), formula.names == [name] else {
        throw malformed("a name of letters, digits and `_`", "`\(name)`")
      }
      guard name != MetricGroup.seconds, !events.contains(where: { $0.name == name }) else {
        throw malformed("a new name", "`\(name)`, which stands already for something")
      }
      events.append(Event(name: name, counters: counters))
    }

    private mutating func readMetric(_ line: String) throws(RecordError) {
      guard let match = line.wholeMatch(of: /(.+?)\s*\[([^\]]*)\]\s*=\s*(.+)/) else {
        throw malformed("name [unit] = formula", "`\(line.prefix(40))`")
      }
      let formula: Formula
      do throws(FormulaError) {
        formula = try Formula(String(match.3))
      } catch {
        throw malformed(error.expected, error.found)
      }
      let known = events.map(\.name) + [MetricGroup.seconds]
      if let unknown = formula.names.first(where: { !known.contains($0) }) {
        throw malformed("one of \(known.joined(separator: ", "))", "`\(unknown)`")
      }
      metrics.append(Metric(name: String(match.1), unit: String(match.2), formula: formula))
    }
  }
}
