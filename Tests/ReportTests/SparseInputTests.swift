internal import Foundation
internal import Records
internal import Report
internal import Testing

/// Little to report on still makes a page that says what there is.
struct SparseInputTests {
  private static func page(_ input: ReportInput) throws -> String {
    let files = ReportFile.all(for: input)
    #expect(files.map(\.name) == ["index.html", "report.md", "report.json", "results.csv"])
    for file in files { #expect(file.text.firstMatch(of: /\b(nan|NaN|inf|nil|Optional)\b/) == nil, "\(file.name)") }
    let page = try #require(files.first).text
    // Every section of the page says something.
    for section in page.components(separatedBy: "<section ").dropFirst() {
      let words = section.replacing(/<[^>]*>/, with: " ").split(whereSeparator: \.isWhitespace)
      #expect(words.count > 4, "\(section.prefix(60))")
    }
    return page
  }

  private static func input(_ candidates: [CandidateResult]) throws -> ReportInput {
    let entries: [JournalEntry] = [.session(SampleRecords.session())] + candidates.map { .candidate($0) }
    return try #require(ReportInput(plan: nil, entries: entries, unreadableLines: 0))
  }

  @Test func anEmptyJournal() throws {
    let page = try Self.page(Self.input([]))
    #expect(page.contains("Nothing was measured.") && page.contains("No roof was measured"))
    #expect(!page.contains("<figure"))
  }

  @Test func oneProblemOnly() throws {
    let problem = SampleRecords.problems[0]
    let page = try Self.page(Self.input(SampleRecords.candidates(problem)))
    #expect(page.contains("1 problem</strong> in 1 family"))
    #expect(page.components(separatedBy: "<h3 id=\"family-").count == 2)
    #expect(page.components(separatedBy: "<figure class=\"plot").count == 4, "two rooflines and the convergence")
  }

  @Test func noCounters() throws {
    let candidates = SampleRecords.results.map { result in
      var result = result
      result.counters = nil
      return result
    }
    let page = try Self.page(Self.input(candidates))
    #expect(page.contains("No winner of this run carries readings."))
    #expect(page.contains("None was asked for in this run.") && page.contains("there is nothing to compare"))
  }

  @Test func allCandidatesFailed() throws {
    let candidates = SampleRecords.results.map { result in
      var result = result
      (result.status, result.reason, result.timing, result.samples) = (.wrong, "error 0.3 > 1e-05", nil, [])
      return result
    }
    let page = try Self.page(Self.input(candidates))
    #expect(page.contains("No candidate was correct: there is no winner."))
    #expect(page.contains("No candidate was timed.") && page.contains("error 0.3 &gt; 1e-05"))
    #expect(page.contains("Candidates failed: \(candidates.count) wrong."))
  }

  @Test func oneThreadOnly() throws {
    let page = try Self.page(Self.input(SampleRecords.results.filter { $0.configuration.threads == 1 }))
    #expect(page.contains("Roofline, 1 thread.") && !page.contains("2 threads"))
  }

  @Test func aPlanWithoutAJournal() throws {
    let input = try #require(ReportInput(plan: SampleRecords.plan, entries: [], unreadableLines: 0))
    let page = try Self.page(input)
    #expect(page.contains("a8/avx512vnni_r16x1") && page.contains("There is no journal of a tuning here"))
  }
}
