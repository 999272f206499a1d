internal import Foundation
internal import Records
internal import Report
internal import Tuner

/// The plan and the journal that a report is made of.
struct ReportSource {
  let planPath: String
  let journalPath: String
  let plan: Plan?
  let entries: [JournalEntry]
  let unreadable: Int
  /// Why there is no plan, in a line.
  private let noPlan: String?

  /// What lies in the folder `tuning`, with the plan at `plan` where it is named.
  init(tuning: String, plan: String?) throws {
    try self.init(journal: "\(tuning)/journal.jsonl", plan: plan ?? "\(tuning)/plan.json", isRequired: false)
  }

  /// The journal at `journal`, with the plan that is named or lies beside it.
  init(journal: String, plan: String?) throws {
    let beside = URL(fileURLWithPath: journal).deletingLastPathComponent().appendingPathComponent("plan.json").path
    try self.init(journal: journal, plan: plan ?? beside, isRequired: true)
  }

  private init(journal: String, plan path: String, isRequired: Bool) throws {
    guard !isRequired || FileManager.default.fileExists(atPath: journal) else {
      throw CLIError.notFound(journal, tried: [journal])
    }
    (entries, unreadable) = try Self.read(journal)
    journalPath = journal
    planPath = path
    do throws(RecordError) {
      plan = try Plan(path: path)
      noPlan = nil
    } catch {
      plan = nil
      noPlan = "\(error); the report is made from the journal alone"
    }
  }

  /// The journal at `path`, which may be compressed.
  static func read(_ path: String) throws -> (entries: [JournalEntry], unreadable: Int) {
    guard path.hasSuffix(".gz") else { return try Journal(path: path).read() }
    return Journal.entries(try ExternalProgram.read(path))
  }

  /// The machine of the plan or the journal.
  var machineName: String? {
    var machine = plan?.machine
    for case .session(let session) in entries where plan == nil { machine = session.machine }
    return machine?.name
  }

  /// Writes the report with everything found beside it to `output` and returns that folder.
  func write(to output: String, data: DataFolder, compare: PlanComparisonSource?) throws -> String {
    if let noPlan { note("note: \(noPlan)") }
    let evidence = try ReportGathering(source: self, output: output, data: data).evidence(compare: compare)
    guard let input = ReportInput(plan: plan, entries: entries, unreadableLines: unreadable, evidence: evidence) else {
      throw CLIError.failed("\(planPath), \(journalPath): nothing was tuned yet; run: ttq tune")
    }
    for file in ReportFile.all(for: input) { _ = try file.write(into: output) }
    return output
  }
}
