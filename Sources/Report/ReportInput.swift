package import Records

/// The records that a report is made of; the report is a pure function of them.
package struct ReportInput: Sendable {
  package var machine: MachineIdentity
  package var context: MeasurementContext
  package var roofs: RoofSet
  package var counters: [CounterAvailability]
  /// nil where no tuning ran to its end; the winners are then the fastest of the journal, and the report says so.
  package var plan: Plan?
  package var candidates: [CandidateResult]
  package var rigor: Rigor
  /// Journal lines that could not be read.
  package var unreadableLines: Int
  package var history: TuningHistory
  package var evidence: ReportEvidence

  package init(
    machine: MachineIdentity, context: MeasurementContext, roofs: RoofSet, counters: [CounterAvailability],
    plan: Plan?, candidates: [CandidateResult], rigor: Rigor, unreadableLines: Int = 0,
    history: TuningHistory = TuningHistory(), evidence: ReportEvidence = ReportEvidence()
  ) {
    self.machine = machine
    self.context = context
    self.roofs = roofs
    self.counters = counters
    self.plan = plan
    self.candidates = candidates
    self.rigor = rigor
    self.unreadableLines = unreadableLines
    self.history = history
    self.evidence = evidence
  }

  /// What a plan and a journal hold together, or nil where neither names a machine. Of several sessions of the journal
  /// the last one counts; the plan's machine goes before the journal's.
  package init?(
    plan: Plan?, entries: [JournalEntry], unreadableLines: Int, evidence: ReportEvidence = ReportEvidence()
  ) {
    let history = TuningHistory(entries)
    var roofs: RoofSet?
    var counters: [CounterAvailability] = []
    for entry in entries {
      switch entry {
      case .roofs(let value): roofs = value
      case .counters(let value): counters = value
      case .session, .choices, .candidate, .playOff, .finished: break
      }
    }
    let session = history.sittings.last?.session
    guard let machine = plan?.machine ?? session?.machine, let context = plan?.context ?? session?.context else {
      return nil
    }
    self.init(
      machine: machine, context: context, roofs: plan?.roofs ?? roofs ?? RoofSet(roofs: [], roundTripNanoseconds: nil),
      counters: counters, plan: plan, candidates: entries.latestCandidates,
      rigor: session?.rigor ?? plan?.rows.map(\.rigor).max() ?? .estimate, unreadableLines: unreadableLines,
      history: history, evidence: evidence)
  }
}
