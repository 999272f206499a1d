internal import Foundation
internal import Records
internal import Report
internal import Testing

/// The page as a file: whole, self-contained, and safe against whatever the records hold.
struct PageTests {
  private static func file(_ name: String, _ input: ReportInput = SampleRecords.input) throws -> String {
    try #require(ReportFile.all(for: input).first { $0.name == name }).text
  }

  private static func matches(_ pattern: String, in text: String) throws -> [String] {
    let regex = try NSRegularExpression(pattern: pattern)
    return regex.matches(in: text, range: NSRange(text.startIndex..., in: text)).compactMap { match in
      Range(match.range(at: 1), in: text).map { String(text[$0]) }
    }
  }

  private static func withoutScripts(_ text: String) throws -> String {
    let scripts = try NSRegularExpression(pattern: "<script[^>]*>.*?</script>", options: .dotMatchesLineSeparators)
    return scripts.stringByReplacingMatches(in: text, range: NSRange(text.startIndex..., in: text), withTemplate: "")
  }

  @Test func thePageNeedsNothingElse() throws {
    let page = try Self.file("index.html")
    for needle in ["http:", "https:", "src=", "url(", "@import", "fetch(", "XMLHttpRequest"] {
      #expect(!page.contains(needle), "\(needle)")
    }
    // The icon that a browser would ask for is given as nothing; no other address may be fetched at all.
    #expect(try Self.matches("<link([^>]*)>", in: page) == [" rel=\"icon\" href=\"data:,\""])
    #expect(page.contains("default-src 'none'") && page.contains("prefers-color-scheme: dark"))
  }

  @Test func everyTagIsClosed() throws {
    var open: [String] = []
    let scripts = try NSRegularExpression(pattern: "<script[^>]*>.*?</script>", options: .dotMatchesLineSeparators)
    let text = try Self.file("index.html")
    let page = scripts.stringByReplacingMatches(
      in: text, range: NSRange(text.startIndex..., in: text), withTemplate: "")
    // Tags that end in `/>` close themselves.
    for tag in try Self.matches("<(/?[a-z0-9]+)(?:\\s[^>]*[^/>])?>", in: page) where !["meta", "link"].contains(tag) {
      if tag.hasPrefix("/") {
        try #require(open.popLast() == String(tag.dropFirst()))
      } else {
        open.append(tag)
      }
    }
    #expect(open.isEmpty)
  }

  @Test(arguments: ["index.html", "report.md"])
  func everyLinkLeadsToOnePlace(name: String) throws {
    let page = try Self.file(name)
    let anchors = try Self.matches("id=\"([^\"]+)\"", in: page)
    #expect(Set(anchors).count == anchors.count)
    let links = try Self.matches(name == "index.html" ? "href=\"#([^\"]+)\"" : "\\]\\(#([^)]+)\\)", in: page)
    #expect(links.count > 20)
    #expect(Set(links).subtracting(anchors).isEmpty)
  }

  @Test func hostileNamesAreTextInEveryFormat() throws {
    let hostile = "<script>alert('x')</script>|`\"&\n# x \"\u{301} onfocus=x '\u{301}"
    var input = SampleRecords.input
    input.context.cpuName = hostile
    input.context.kernel = hostile
    input.roofs.roofs[7].reason = hostile
    input.counters[0].name = hostile
    input.counters[1].absentBecause = hostile
    input.history = TuningHistory([.session(SampleRecords.session(shapes: [hostile])), .finished])
    input.evidence = SampleRecords.evidence(named: hostile)
    for index in input.candidates.indices {
      input.candidates[index].variant += hostile
      input.candidates[index].reason = hostile
      input.candidates[index].roof = hostile
      input.candidates[index].counters = [hostile: 1]
    }
    input.plan?.context = input.context
    let page = try Self.file("index.html", input)
    // A quotation mark with an accent is one character, and still ends an attribute.
    let marks = try Self.withoutScripts(page)
    #expect(!marks.contains("\"\u{301}") && marks.contains("&quot;\u{301} onfocus"))
    #expect(!page.contains("<script>alert") && !page.contains("</script>|"))
    #expect(page.components(separatedBy: "<script").count == 3, "the page's own script and its records")
    let markdown = try Self.file("report.md", input)
    for line in markdown.split(separator: "\n") where line.contains("<script") {
      // Only inside a code span or a fenced chart, where it is text.
      #expect(line.contains("`") || line.hasPrefix("  "))
    }
    let fences = try NSRegularExpression(pattern: "```text\\n.*?\\n```", options: .dotMatchesLineSeparators)
    let range = NSRange(markdown.startIndex..., in: markdown)
    let prose = fences.stringByReplacingMatches(in: markdown, range: range, withTemplate: "")
    #expect(prose.contains("Kernels tuned") && !prose.contains("\n# x"))
    _ = try JSONSerialization.jsonObject(with: Data(Self.file("report.json", input).utf8))
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 0, -1, 1e300, 1e-300])
  func numbersThatMakeNoSenseAreShownAsAbsent(value: Double) throws {
    var input = SampleRecords.input
    for index in input.candidates.indices where index % 2 == 0 {
      input.candidates[index].timing = Timing(
        medianNanoseconds: value, lowNanoseconds: value, highNanoseconds: value, samples: 0)
      input.candidates[index].share = value
      input.candidates[index].error = value
      input.candidates[index].cost = Cost(bytes: value, operations: value)
      input.candidates[index].counters = ["page-faults": value]
    }
    for index in input.roofs.roofs.indices { input.roofs.roofs[index].value = value }
    input.roofs.roundTripNanoseconds = value
    input.context.cpuQuota = value
    for index in input.plan?.rows.indices ?? 0..<0 {
      input.plan?.rows[index].timing.medianNanoseconds = value
      input.plan?.rows[index].share = value
    }
    for index in input.plan?.layouts.indices ?? 0..<0 { input.plan?.layouts[index].scores["rows"] = value }
    for file in ReportFile.all(for: input) where file.name != "results.csv" {
      #expect(try Self.matches("\\b(nan|NaN|-?inf)\\b", in: file.text).isEmpty, "\(file.name)")
    }
    _ = try JSONSerialization.jsonObject(with: Data(Self.file("report.json", input).utf8))
    input.plan = nil
    #expect(ReportFile.all(for: input).count == 4)
  }

  @Test func aReportOnNothingSaysSo() throws {
    let input = ReportInput(
      machine: SampleRecords.machine, context: SampleRecords.context,
      roofs: RoofSet(roofs: [], roundTripNanoseconds: nil), counters: [], plan: nil, candidates: [], rigor: .estimate)
    let page = try Self.file("index.html", input)
    #expect(page.contains("Nothing was measured.") && page.contains("No roof was measured"))
    #expect(try Self.file("results.csv", input).split(separator: "\n").count == 1)
  }

  @Test func everyCandidateIsALineOfTheTable() throws {
    let lines = try Self.file("results.csv").split(separator: "\n")
    #expect(lines.count == SampleRecords.results.count + 1)
    for line in lines { #expect(line.count { $0 == "," } >= lines[0].count { $0 == "," }) }
  }

  @Test func jsonHoldsTheNumbersUnrounded() throws {
    let text = try Self.file("report.json")
    let time = try #require(Findings(SampleRecords.input).problems.first?.chosen.first).winner.timing.medianNanoseconds
    #expect(text.contains("\"Median\":\(time)"))
  }

  @Test func theSameRecordsGiveTheSameFiles() {
    #expect(ReportFile.all(for: SampleRecords.input) == ReportFile.all(for: SampleRecords.input))
  }

  @Test func filesAreWrittenOrTheErrorNamesThem() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ttq-report-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = try #require(ReportFile.all(for: SampleRecords.input).first { $0.name == "report.md" })
    let path = try file.write(into: folder.path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == file.text)
    let error = #expect(throws: RecordError.self) { try file.write(into: path) }
    #expect(try #require(error).description.contains("report.md"))
  }
}
