internal import Records
internal import Report
internal import Testing

/// What the sections beside the kernels say: the search, another plan, quality against bits.
struct SectionTests {
  private static func words(_ anchor: String, _ input: ReportInput) -> String {
    func text(_ blocks: [Block]) -> String {
      blocks.map { block -> String in
        switch block {
        case .heading(let title, _, _): title
        case .paragraph(let inlines): inlines.map(text).joined()
        case .list(let items): items.map { $0.map(text).joined() }.joined(separator: "\n")
        case .listing(let lines): lines
        case .folded(let title, let inner, _): title + "\n" + text(inner)
        case .table(let table): table.rows.map { $0.cells.map(text).joined(separator: " | ") }.joined(separator: "\n")
        case .facts(let facts), .figures(let facts): facts.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
        default: ""
        }
      }.joined(separator: "\n")
    }
    func text(_ inline: Inline) -> String {
      switch inline {
      case .text(let text), .code(let text), .strong(let text): text
      case .link(let link): link.title
      }
    }
    func text(_ cell: Table.Cell) -> String {
      switch cell {
      case .text(let text), .code(let text): text
      case .link(let link): link.title
      case .number(let number): number.map { "\($0)" } ?? "-"
      case .interval: "interval"
      }
    }
    return text(Document(input).parts.first { $0.anchor == anchor }?.blocks ?? [])
  }

  @Test func theSummaryTellsWhatTheModelShouldTake() {
    let words = Self.words("summary", SampleRecords.input)
    #expect(words.contains("to the first token, after a prompt of 512: 406 ms"))
    #expect(words.contains("tokens/s from then on: 48.8"))
    #expect(words.contains("No PMU: this virtual machine exposes no PMU"))
    #expect(words.contains("12 wrong, 12 crashed and 12 timeout"))
  }

  @Test func coresThatMovedAreToldOf() {
    var input = SampleRecords.input
    #expect(!Self.words("summary", input).contains("Cores moved"))
    input.roofs.roundTripNanoseconds = 415
    #expect(Self.words("summary", input).contains("Cores moved: the round trip between two cores was 118 ns"))
  }

  @Test func theHistoryCountsWhatTheJournalHolds() throws {
    let history = TuningHistory(SampleRecords.entries)
    let sitting = try #require(history.sittings.first)
    let timed = SampleRecords.results.count { $0.timing != nil }
    #expect(history.sittings.count == 1 && sitting.finished)
    #expect(sitting.playOffs == SampleRecords.problems.count)
    #expect(sitting.measurements == timed + 2 * sitting.playOffs)
    #expect(sitting.roundTrip == SampleRecords.roofs.roundTripNanoseconds)
  }

  @Test func convergenceRisesToAllQuestions() throws {
    let moments = TuningHistory(SampleRecords.entries).convergence
    #expect(moments.count > 2)
    #expect(zip(moments, moments.dropFirst()).allSatisfy { $0.settled <= $1.settled && $0.elapsed <= $1.elapsed })
    #expect(try #require(moments.last).settled == 1)
    #expect(TuningHistory([]).convergence.isEmpty)
  }

  @Test func aComparisonTellsWhatChangedBeyondTheNoise() throws {
    var input = SampleRecords.input
    let words = Self.words("compare", input)
    let (rows, changed) = (SampleRecords.plan.rows.count, (SampleRecords.plan.rows.count + 1) / 2)
    #expect(words.contains("Of \(rows) questions that both answer, \(changed) became faster, by 1.50×"))
    #expect(words.contains("\(rows - changed) did not change beyond their intervals"))
    #expect(words.contains("The same variants won everywhere."))
    input.evidence.comparison = PlanComparisonSource(name: "itself", plan: SampleRecords.plan)
    #expect(Self.words("compare", input).contains("none changed its time beyond the intervals: no difference"))
    input.evidence.comparison = nil
    #expect(Self.words("compare", input).contains("No other plan was given."))
  }

  @Test func theFrontIsOfBitsAndPerplexity() {
    let words = Self.words("trade-off", SampleRecords.input)
    let rows = words.split(separator: "\n").filter {
      $0.contains("q4g32 |") || $0.contains("q2g32 |") || $0.hasPrefix("full |")
    }
    #expect(rows.count == 4)
    #expect(rows.filter { $0.hasSuffix("| yes") }.count == 3)
    #expect(rows.contains { $0.hasPrefix("rtn q4g32") && !$0.hasSuffix("yes") })
    #expect(rows.contains { $0.hasPrefix("ttq q4g32") && $0.contains("41.") }, "the benchmark's tokens a second")
    #expect(words.contains("1 line could not be read"))
  }

  @Test func codeAndItsAbsenceAreTold() {
    var input = SampleRecords.input
    #expect(Self.words("code", input).contains("vpdpbusd    %zmm1,%zmm2,%zmm3"))
    input.evidence.noDisassembly = "objdump was not found"
    input.evidence.code[0].loop = []
    input.evidence.code[0].absent = "objdump was not found"
    let words = Self.words("code", input)
    #expect(words.contains("There is no disassembly: objdump was not found."))
    #expect(words.contains("No listing: objdump was not found."))
  }

  @Test func theCutOverLiesWhereTimesMeet() {
    // Of two tokens and eight, one variant is twice as fast here and the other there: they meet in the middle of the logarithms.
    func result(_ tokens: Int, _ variant: String, _ time: Double) -> CandidateResult {
      CandidateResult(
        problem: Problem(family: .qmatmul, n: 64, k: 64, tokens: tokens, format: .q4g32, activation: .a8),
        variant: variant, revision: 1, layout: .panel16, configuration: Configuration(threads: 1), status: .correct,
        timing: SampleRecords.timing(time), cost: Cost(bytes: 1e3, operations: 1e4))
    }
    var input = SampleRecords.input
    input.plan = nil
    input.candidates = [
      result(2, "a8/avx2_a", 100), result(2, "a8/avx512_b", 200), result(8, "a8/avx2_a", 800),
      result(8, "a8/avx512_b", 400),
    ]
    #expect(Self.words("families", input).contains("a8/avx2_a is the fastest at T = 2, a8/avx512_b from about T = 4"))
  }
}
