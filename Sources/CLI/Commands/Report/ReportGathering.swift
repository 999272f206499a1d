internal import Foundation
internal import Kernels
internal import Records
internal import Report
internal import Tuner

/// Finds what a report shows beside plan and journal, and writes the raw records next to it.
struct ReportGathering {
  let source: ReportSource
  /// The report's folder.
  let output: String
  let data: DataFolder

  func evidence(compare: PlanComparisonSource?) throws -> ReportEvidence {
    var evidence = ReportEvidence()
    evidence.comparison = compare
    evidence.expectations = expectations()
    (evidence.strategies, evidence.strategyRecord) = strategies()
    evidence.evaluations = try records(EvaluationRow.self, "eval-")
    evidence.benchmarks = try records(ModelBenchRow.self, "bench-model-")
    (evidence.code, evidence.noDisassembly) = code()
    evidence.provenance = try provenance()
    return evidence
  }

  private var sessions: [JournalSession] {
    source.entries.compactMap { if case .session(let session) = $0 { session } else { nil } }
  }

  // MARK: - The model

  /// Every model that a session tuned, in every format and thread budget of the plan.
  private func expectations() -> [ModelExpectation] {
    guard let plan = source.plan else { return [] }
    var names: [String] = []
    for name in sessions.reversed().flatMap(\.shapes) where !names.contains(name) { names.append(name) }
    return names.flatMap { name -> [ModelExpectation] in
      guard let shape = try? shape(name) else {
        note("note: no shape set is called \(name), so the report has no times of that model")
        return []
      }
      return PlannedModel(plan: plan, shape: shape).expectations
    }
  }

  private func shape(_ name: String) throws -> ModelShape {
    if name == DemoCommand.model { return try ModelShape(folder: data.findDemoModel()) }
    return try ModelShape(named: name, in: data)
  }

  // MARK: - The search

  /// Points of a curve that are kept, evenly over the logarithm of time.
  private static let moments = 32

  /// Every strategy on the exhaustive record beside the report, or on the journal where that is one.
  private func strategies() -> ([StrategyCurve], String?) {
    guard let (entries, name) = exhaustiveRecord() else { return ([], nil) }
    let recorded = RecordedSpace(entries)
    guard !recorded.results.isEmpty else { return ([], nil) }
    let simulation = Simulation(recorded)
    return (StrategyRow.all.map { Self.curve(simulation.run($0)) }, name)
  }

  private func exhaustiveRecord() -> ([JournalEntry], String)? {
    for name in ["tuner.jsonl.gz", "tuner.jsonl"] where FileManager.default.fileExists(atPath: "\(output)/\(name)") {
      do {
        return (try ReportSource.read("\(output)/\(name)").entries, name)
      } catch {
        note("note: \(error)")
      }
    }
    guard sessions.contains(where: { $0.rigor == .exhaustive }) else { return nil }
    return (source.entries, path(to: source.journalPath))
  }

  private static func curve(_ outcome: SimulationOutcome) -> StrategyCurve {
    let later = outcome.curve.filter { $0.fraction > 0 }
    let (first, last) = (later.first?.fraction ?? 1, later.last?.fraction ?? 1)
    let steps = (0...moments).map { first * pow(last / first, Double($0) / Double(moments)) }
    var kept: [StrategyCurve.Moment] = []
    for step in steps {
      guard let point = later.last(where: { $0.fraction <= step * (1 + 1e-9) }), point.fraction != kept.last?.fraction
      else { continue }
      kept.append(.init(fraction: point.fraction, mean: point.regret.mean, worst: point.regret.worst))
    }
    return StrategyCurve(
      strategy: outcome.strategy, isDefault: outcome.isDefault, points: outcome.points, problems: outcome.problems,
      moments: kept)
  }

  // MARK: - Records of models

  /// The rows of every file of the report's folder that begins with `prefix` and ends in `.jsonl`.
  private func records<Row: Decodable & Sendable>(_ type: Row.Type, _ prefix: String) throws -> [RecordedRows<Row>] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: output)) ?? []
    return try names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".jsonl") }.sorted().map { name in
      let (rows, unreadable) = try RecordFile.lines(type, of: "\(output)/\(name)")
      return RecordedRows(file: name, rows: rows, unreadable: unreadable)
    }
  }

  // MARK: - Code

  /// The source of each variant that won and, where objdump can, its inner loop.
  private func code() -> ([WinnerCode], String?) {
    let winners = winners()
    let (listing, absence) = Disassembly.of(DataFolder.executablePath)
    let code = winners.compactMap { winner -> WinnerCode? in
      let rows = Catalogue.standard[winner.problem.family]?.rows.filter { $0.name == winner.variant } ?? []
      guard let row = rows.first else { return nil }
      var code = WinnerCode(
        family: winner.problem.family, variant: winner.variant, summary: row.summary, file: row.file,
        link: data.packageRoot.flatMap { root in
          FileManager.default.fileExists(atPath: "\(root)/\(row.file)") ? path(to: "\(root)/\(row.file)") : nil
        })
      guard row.file.hasSuffix(".c") else {
        code.absent = "Swift code, of which the compiler leaves no function of its own"
        return code
      }
      guard let listing else {
        code.absent = absence
        return code
      }
      switch listing.innerLoop(of: winner.problem, variant: winner.variant) {
      case .success(let loop): (code.symbol, code.loop, code.instructions) = (loop.symbol, loop.lines, loop.count)
      case .failure(let reason): code.absent = reason.description
      }
      return code
    }
    return (code, absence)
  }

  /// A problem that each winning variant won, once for each variant.
  private func winners() -> [(problem: Problem, variant: String)] {
    var seen: Set<String> = []
    let rows =
      source.plan?.rows.map { ($0.problem, $0.variant) }
      ?? source.entries.latestCandidates.filter { $0.status == .correct }.map { ($0.problem, $0.variant) }
    return rows.filter { seen.insert("\($0.0.family.rawValue)/\($0.1)").inserted }
  }

  // MARK: - Where it came from

  /// The path of a file relative to the report's folder.
  private func path(to file: String) -> String {
    func parts(_ path: String) -> [String] { URL(fileURLWithPath: path).standardizedFileURL.pathComponents }
    let (from, to) = (parts(output), parts(file))
    let shared = zip(from, to).prefix { $0 == $1 }.count
    return (Array(repeating: "..", count: from.count - shared) + to[shared...]).joined(separator: "/")
  }

  private func provenance() throws -> Provenance {
    let raw = try RawRecords(source: source, output: output).write()
    var files = raw.files
    if source.plan != nil {
      files.insert(file("the plan: the winners, which ttq run reads", path(to: source.planPath)), at: 0)
    }
    files += [
      Provenance.File(title: "the same as this page, for GitHub and terminals", path: "report.md", bytes: nil),
      Provenance.File(title: "the same as this page, numbers unrounded", path: "report.json", bytes: nil),
      Provenance.File(title: "every candidate, a line each", path: "results.csv", bytes: nil),
    ]
    let known = [
      ("tuner.jsonl.gz", "the journal of an exhaustive tuning"), ("tuner.jsonl", "the journal of an exhaustive tuning"),
      ("tuner.md", "what ttq tune simulate printed of it"),
      ("roofs.md", "what ttq bench --suite roofs printed"),
    ]
    files += known.filter { FileManager.default.fileExists(atPath: "\(output)/\($0.0)") }.map { file($0.1, $0.0) }
    for name in ((try? FileManager.default.contentsOfDirectory(atPath: output)) ?? []).sorted() {
      guard name.hasSuffix(".jsonl") else { continue }
      if name.hasPrefix("eval-") { files.append(file("what ttq eval --json printed", name)) }
      if name.hasPrefix("bench-model-") { files.append(file("what ttq bench-model --json printed", name)) }
    }
    return Provenance(commit: commit, commands: commands, files: files, absent: raw.absent)
  }

  private func file(_ title: String, _ path: String) -> Provenance.File {
    let attributes = try? FileManager.default.attributesOfItem(atPath: "\(output)/\(path)")
    return Provenance.File(title: title, path: path, bytes: (attributes?[.size] as? NSNumber)?.intValue)
  }

  private var commit: String? {
    guard let root = data.packageRoot,
      let hash = ExternalProgram.run("git", ["-C", root, "rev-parse", "--short=12", "HEAD"])
    else { return nil }
    let status = ExternalProgram.run("git", ["-C", root, "status", "--porcelain", "--", "Sources", "Package.swift"])
    let isChanged = status.map { !$0.isEmpty } ?? false
    let name = String(decoding: hash, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    return isChanged ? "\(name), with changes that are not committed" : name
  }

  private var commands: [String] {
    var commands = ["swift build -c release"]
    for session in sessions {
      let format = session.format
      let shapes = session.shapes.filter { $0 != DemoCommand.model }.joined(separator: ",")
      let parts = [
        "ttq tune", shapes.isEmpty ? "" : "--shapes \(shapes)",
        "--rigor \(session.rigor.rawValue)", format.bits == 4 ? "" : "--bits \(format.bits)",
        format.group == 32 ? "" : "--group \(format.group)",
        format.side == .half ? "" : "--side \(format.side.rawValue)",
        session.threads.max().map { "--threads \($0)" } ?? "",
      ]
      let line = parts.filter { !$0.isEmpty }.joined(separator: " ")
      if !commands.contains(line) { commands.append(line) }
    }
    return commands + ["ttq report"]
  }
}
