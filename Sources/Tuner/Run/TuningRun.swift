package import Kernels
internal import Measure
internal import Records

/// One tuning: measures every candidate of the space in a worker process, keeps a journal, and adds the winners to the plan.
package struct TuningRun {
  private let options: TuningOptions
  private let machine: Machine
  private let catalogue: Catalogue
  private let workerExecutable: String
  private let workerArguments: [String]
  private let progress: (TuningProgress) -> Void
  private let isCancelled: () -> Bool

  /// - Parameters:
  ///   - workerExecutable: the path of a program that, run with `workerArguments`, is a `WorkerServer` of the same catalogue.
  ///   - progress: called before each candidate.
  ///   - isCancelled: asked between candidates; what was measured until then is kept.
  package init(
    options: TuningOptions, machine: Machine, catalogue: Catalogue = .standard, workerExecutable: String,
    workerArguments: [String], progress: @escaping (TuningProgress) -> Void = { _ in },
    isCancelled: @escaping () -> Bool = { false }
  ) {
    self.options = options
    self.machine = machine
    self.catalogue = catalogue
    self.progress = progress
    self.isCancelled = isCancelled
    self.workerExecutable = workerExecutable
    self.workerArguments = workerArguments
  }

  /// Tunes. Tunings that share a journal take turns, for they would spoil each other's times.
  package func run() throws(TuningError) -> TuningOutcome {
    let problems = TuningProblems.all(
      of: options.shapes, format: options.format, activation: options.activation, cache: options.cache,
      norm: options.norm, ways: options.ways)
    let space = TuningSpace(
      problems: options.shard.map { $0.problems(of: problems, catalogue: catalogue) } ?? problems,
      catalogue: catalogue, isa: machine.isa, threads: options.threads, keeps: { options.keeps($0) })
    guard !space.candidates.isEmpty else { throw .nothingToTune }
    let waiting = TuningProgress(
      done: 0, total: space.candidates.count, text: "waiting for another tuning to end", secondsLeft: nil)
    let result = try recorded(
      try FileLock.holding(
        options.journalPath + ".lock",
        waiting: {
          progress(waiting)
          return !isCancelled()
        },
        { () throws(RecordError) in Result { () throws(TuningError) in try tune(space) } }))
    guard let result else { throw .cancelledWaiting }
    return try result.get()
  }

  private func tune(_ space: TuningSpace) throws(TuningError) -> TuningOutcome {
    let effort = Effort(options.rigor)
    let pace = Pace(limit: options.timeLimit.map { $0 * 1e9 })
    let context = MeasurementContext.current(machine)
    let session = JournalSession(
      machine: machine.identity, context: context, rigor: options.rigor, shapes: options.shapes.map(\.name),
      format: options.format, threads: options.threads)
    var journal = try recorded(try TuningJournal(path: options.journalPath, session: session))
    var notes: [String] = []
    if journal.unreadable > 0 {
      notes.append("\(options.journalPath): \(journal.unreadable) lines are not readable and were left out")
    }
    try recorded(try journal.begin(session))
    let roofs = try roofs(&journal, total: space.candidates.count)

    let setup = WorkerSetup(threads: options.threads.last ?? 1, cpus: machine.allowedCPUs)
    let choices = try choices(&journal, space, setup, &notes)
    let worker = WorkerClient(
      executable: workerExecutable, arguments: workerArguments, setup: setup.with(choices))
    defer { worker.stop() }
    try worker.start()
    try recorded(try journal.add(worker.counters))

    let known = journal.candidates
    var sitting = Sitting(
      options: options, effort: effort, roofs: RoofModel(roofs), worker: worker, journal: journal, pace: pace,
      progress: progress, isCancelled: isCancelled)
    try sitting.measure(space)
    try sitting.playOff(space)

    let results = sitting.results(of: space)
    let plan = try emit(
      results, finalists: sitting.journal.finalists, context: context, roofs: roofs, choices: choices, notes: &notes)
    notes += sitting.notes
    if sitting.unplayed > 0 {
      notes.append(
        "\(sitting.unplayed) problems had no play-off, or not all of its rounds, in the time given; the screening or the rounds there were decide"
      )
    }
    if sitting.unreached == 0, sitting.unplayed == 0 { try recorded(try sitting.journal.finish()) }
    return TuningOutcome(
      plan: plan, results: results, roofs: roofs, counters: worker.counters, planPath: options.planPath,
      journalPath: options.journalPath, unreached: sitting.unreached,
      resumed: space.candidates.count { known[$0.key] != nil }, cancelled: sitting.cancelled, notes: notes)
  }

  /// The roofs of the session that is resumed, or new ones.
  private func roofs(_ journal: inout TuningJournal, total: Int) throws(TuningError) -> RoofSet {
    if let roofs = journal.roofs { return roofs }
    let measured = Roofs.measure(
      threads: options.threads, budget: options.roofBudget, isa: machine.isa.rawValue,
      cacheBytes: machine.identity.cacheBytes, processors: machine.allowedCPUs
    ) { _, text in
      progress(TuningProgress(done: 0, total: total, text: "roof: \(text)", secondsLeft: options.timeLimit))
    }
    try recorded(try journal.add(measured))
    return measured
  }

  /// The choices for the whole machine of the session that is resumed, or new ones; none where a pattern or a shard leaves out what they
  /// would be measured with.
  private func choices(
    _ journal: inout TuningJournal, _ space: TuningSpace, _ setup: WorkerSetup, _ notes: inout [String]
  ) throws(TuningError) -> MachineChoices {
    if let choices = journal.choices { return choices }
    progress(
      TuningProgress(
        done: 0, total: space.candidates.count, text: "OpenBLAS's kernels, pages", secondsLeft: options.timeLimit))
    let trials = MachineTrials(
      executable: workerExecutable, arguments: workerArguments, setup: setup, machine: machine,
      budget: options.sampleBudget / 8, coldBytes: options.coldBytes, timeout: options.candidateTimeout)
    let (choices, failures) = try trials.choices(space)
    notes += failures
    try recorded(try journal.add(choices))
    return choices
  }

  private func emit(
    _ results: [CandidateResult], finalists: Set<CandidateKey>, context: MeasurementContext, roofs: RoofSet,
    choices: MachineChoices, notes: inout [String]
  ) throws(TuningError) -> Plan? {
    let emission = PlanEmission(
      catalogue: catalogue, threads: options.threads, rigor: options.rigor, workload: options.workload,
      date: context.date)
    let rows = emission.rows(results, finalists: finalists)
    guard !rows.isEmpty else {
      notes.append("\(options.planPath): not written, for no candidate was correct and timed")
      return nil
    }
    let plan = Plan(
      machine: machine.identity, context: context, roofs: roofs, choices: choices, layouts: emission.layouts(rows),
      rows: rows)
    let merged = try recorded(try PlanFile(path: options.planPath, catalogue: catalogue).merge(plan))
    if let note = merged.note { notes.append(note) }
    return merged.plan
  }
}

/// The value of `body`, whose error becomes one of a tuning.
func recorded<Value>(_ body: @autoclosure () throws(RecordError) -> Value) throws(TuningError) -> Value {
  do throws(RecordError) {
    return try body()
  } catch {
    throw .record(error)
  }
}
