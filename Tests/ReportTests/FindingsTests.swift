internal import Records
internal import Report
internal import Testing

/// What the report says, whatever it looks like.
struct FindingsTests {
  private static let problem = Problem(
    family: .qmatmul, n: 3072, k: 1024, tokens: 1, format: .q4g32, activation: .a8)

  private static func input(_ times: [(String, Double, Double)]) -> ReportInput {
    var input = SampleRecords.input
    input.plan = nil
    input.candidates = times.map { variant, time, spread in
      CandidateResult(
        problem: problem, variant: variant, revision: 1, layout: .rows, configuration: Configuration(threads: 1),
        status: .correct, timing: SampleRecords.timing(time, spread: spread), cost: Cost(bytes: 1e6, operations: 1e6),
        roof: "dramRead", share: 0.5)
    }
    return input
  }

  private static func blocks(_ document: Document, _ anchor: String) -> [Block] {
    document.parts.first { $0.anchor == anchor }?.blocks ?? []
  }

  /// Blocks with those that are folded into them.
  private static func flat(_ blocks: [Block]) -> [Block] {
    blocks.flatMap { block -> [Block] in
      if case .folded(_, let inner, _) = block { flat(inner) } else { [block] }
    }
  }

  private static func charts(_ document: Document) -> [BarChart] {
    flat(blocks(document, "families")).compactMap { if case .chart(let chart) = $0 { chart } else { nil } }
  }

  @Test func everySectionStandsInThePageOnce() {
    let anchors = Document(SampleRecords.input).parts.map(\.anchor)
    #expect(anchors == ReportSection.all.map(\.anchor))
    #expect(Set(anchors).count == anchors.count)
  }

  @Test func overlappingIntervalsAreNoDifference() throws {
    let tie = try #require(Findings(Self.input([("scalar", 100, 0.02), ("avx2_r8x1", 99, 0.02)])).problems.first)
    #expect(tie.answers.map(\.verdict) == ["no difference"])
    let win = try #require(Findings(Self.input([("scalar", 100, 0.02), ("avx2_r8x1", 50, 0.02)])).problems.first)
    #expect(win.answers.map(\.verdict) == ["2.00× faster"])
    let alone = try #require(Findings(Self.input([("scalar", 100, 0.02)])).problems.first)
    #expect(alone.answers.map(\.verdict) == ["no other correct candidate"])
  }

  @Test func withoutAPlanTheFastestOfTheJournalIsShownAndNamedSo() {
    let input = Self.input([("scalar", 100, 0), ("avx2_r8x1", 50, 0), ("openblas", 70, 0)])
    let answers = Findings(input).problems.flatMap(\.answers)
    #expect(answers.map(\.winner.variant) == ["avx2_r8x1"])
    #expect(answers.map { $0.runnerUp?.variant } == ["openblas"])
    #expect(answers.allSatisfy { !$0.planned })
    #expect(ReportFile.all(for: input).contains { $0.text.contains("No plan was found") })
  }

  @Test func theChosenLayoutsBestIsTheWinner() throws {
    var input = SampleRecords.input
    let plain = Findings(input).problems.filter { $0.problem.family == .qmatmul }
    #expect(plain.flatMap(\.chosen).allSatisfy { $0.winner.layout == .panel16 })
    for index in input.plan?.layouts.indices ?? 0..<0 { input.plan?.layouts[index].layout = .rows }
    let turned = Findings(input).problems.filter { $0.problem.family == .qmatmul }
    #expect(!turned.isEmpty && turned.flatMap(\.chosen).allSatisfy { $0.winner.layout == .rows })
    #expect(turned.allSatisfy { $0.chosen.count == 2 && $0.answers.count == 4 })
  }

  @Test func barsFollowTheLadderWithTheScalarFirstAndTheWinnerMarked() {
    let charts = Self.charts(Document(SampleRecords.input))
    #expect(charts.count == SampleRecords.problems.count)
    for chart in charts {
      #expect(chart.groups.map(\.title) == ["1 thread", "2 threads"])
      for group in chart.groups {
        #expect(
          group.bars.map(\.label) == [
            "a8/scalar", "a8/simd16", "a8/tiled_4x16", "a8/openblas_dequantize", "a8/avx2_r8x1", "a8/avx512_r16x1",
            "a8/avx512vnni_r16x1", "a8/avx512vnni_r16x6",
          ])
        #expect(group.bars.filter(\.highlighted).count == 1)
      }
    }
  }

  @Test func theRoofStandsWhereItWasMeasured() throws {
    let chart = try #require(Self.charts(Document(SampleRecords.input)).first)
    let roofs = chart.groups.map { $0.bars.compactMap(\.roof?.value) }
    #expect(roofs.map(\.count) == [8, 8])
    for (group, threads) in zip(roofs, [1, 2]) {
      let measured = try #require(SampleRecords.roofs.value(.dramRead, threads: threads))
      for roof in group { #expect(abs(roof / measured - 1) < 1e-9) }
    }
    #expect(chart.axis == .gigabytesPerSecond)
  }

  /// What was never meant for the problem or the machine is told once for a family and not beside every chart.
  @Test(arguments: [CandidateStatus.unsupported, .constraint])
  func aBarredCandidateIsListedWithItsFamily(status: CandidateStatus) throws {
    let document = Document(SampleRecords.input)
    #expect(Self.charts(document).allSatisfy { chart in !chart.absent.contains { $0.status == status.rawValue } })
    func tells(_ block: Block) -> Bool {
      switch block {
      case .table(let table):
        table.columns.contains { $0.title == "Reason" }
          && table.rows.contains { row in
            row.cells.contains { if case .text(status.rawValue) = $0 { true } else { false } }
          }
      case .folded(_, let inner, _): inner.contains(where: tells)
      default: false
      }
    }
    #expect(Self.blocks(document, "families").contains(where: tells))
  }

  @Test(arguments: [CandidateStatus.wrong, .timeout, .crashed])
  func aFailingCandidateIsListedWithItsReasonAndNotDrawn(status: CandidateStatus) throws {
    let document = Document(SampleRecords.input)
    for chart in Self.charts(document) {
      let absent = try #require(chart.absent.first { $0.status == status.rawValue })
      #expect(!absent.reason.isEmpty)
      #expect(!chart.groups.flatMap(\.bars).contains { absent.label.hasPrefix($0.label + ",") })
    }
  }

  @Test func softwareCountsNeverStandUnderAHardwareHeading() throws {
    var heading = ""
    var columns: [String: String] = [:]
    func note(_ table: Table) {
      columns[heading, default: ""] += table.columns.map(\.title).joined(separator: " ")
      for case .text(let text) in table.rows.flatMap(\.cells) { columns[heading, default: ""] += " " + text }
    }
    func walk(_ blocks: [Block]) {
      for block in blocks {
        switch block {
        case .heading(let title, _, _): heading = title
        case .table(let table): note(table)
        case .folded(_, let inner, _): walk(inner)
        default: break
        }
      }
    }
    walk(Self.blocks(Document(SampleRecords.input), "counters"))
    let hardware = try #require(columns["Hardware"])
    let software = try #require(columns["Software"])
    #expect(hardware.contains("PAPI_TOT_CYC") && hardware.contains("exposes no PMU") && !hardware.contains("sde:::"))
    #expect(software.contains("sde:::ttq::bytes") && software.contains("page-faults") && !software.contains("PAPI"))
  }

  @Test func theJournalsLastSessionDescribesTheReport() throws {
    let session = JournalSession(
      machine: SampleRecords.machine, context: SampleRecords.context, rigor: .measure, shapes: [], format: .q4g32,
      threads: [1])
    let entries: [JournalEntry] = [
      .session(session), .roofs(SampleRecords.roofs), .counters(SampleRecords.counters),
      .candidate(SampleRecords.results[0]), .candidate(SampleRecords.results[0]),
    ]
    let input = try #require(ReportInput(plan: nil, entries: entries, unreadableLines: 2))
    #expect(input.rigor == .measure && input.candidates.count == 1 && input.counters == SampleRecords.counters)
    #expect(ReportInput(plan: nil, entries: [.finished], unreadableLines: 0) == nil)
  }
}
