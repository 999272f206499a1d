internal import Records

extension ReportSection {
  /// What the tuner did, how soon it knew, and what its strategies lose against measuring everything.
  static let tuner = ReportSection(anchor: "tuner", title: "The tuner itself") { findings in
    let history = findings.input.history
    guard !history.sittings.isEmpty else {
      return [.paragraph([.text("There is no journal of a tuning here, so nothing is known of the search.")])]
        + regret(findings.input.evidence)
    }
    return [.paragraph(sentence(history)), .table(table(history))] + convergence(history)
      + regret(findings.input.evidence)
  }

  private static func sentence(_ history: TuningHistory) -> [Inline] {
    let measurements = history.sittings.reduce(0) { $0 + $1.measurements }
    let samples = history.sittings.reduce(0) { $0 + $1.samples }
    let repeated = history.sittings.reduce(0) { $0 + $1.repeated }
    let elapsed = history.sittings.reduce(0) { $0 + $1.elapsed }
    let time = elapsed > 0 ? " in \(Unit.nanoseconds.text(elapsed)) of measuring" : ""
    return [
      .strong(Words.count(measurements, "measurement")),
      .text("\(time): \(Words.count(samples, "sample")); "),
      .text(
        repeated == 0
          ? "none is recorded as disturbed and repeated."
          : "\(repeated) more were disturbed by a context switch, a migration, a major fault or a moved core, discarded and taken again."
      ),
    ]
  }

  private static func table(_ history: TuningHistory) -> Table {
    let columns = [
      Table.Column("Session"), Table.Column("Rigor"), Table.Column("Shapes"), Table.Column("Threads"),
      Table.Column("Measured", .count), Table.Column("Play-offs", .count), Table.Column("Time", .nanoseconds),
      Table.Column("Samples", .count), Table.Column("Repeated", .count), Table.Column("Round trip", .nanoseconds),
      Table.Column("Ended"),
    ]
    return Table(
      columns: columns,
      rows: history.sittings.map { sitting in
        let session = sitting.session
        return Table.Row(cells: [
          .text(session.context.date), .text(session.rigor.rawValue), .text(session.shapes.joined(separator: ", ")),
          .text(Words.list(session.threads.map(String.init))), .number(Double(sitting.measurements)),
          .number(Double(sitting.playOffs)), .number(sitting.elapsed > 0 ? sitting.elapsed : nil),
          .number(Double(sitting.samples)), .number(Double(sitting.repeated)), .number(sitting.roundTrip),
          .text(sitting.finished ? "by itself" : "unfinished, or stopped by its time limit"),
        ])
      })
  }

  /// How many questions had met their final best, within the tolerance, as measuring went on.
  private static func convergence(_ history: TuningHistory) -> [Block] {
    let moments = history.convergence
    guard let last = moments.last, moments.count > 1 else { return [] }
    let isTimed = moments.allSatisfy { $0.elapsed > 0 }
    let tolerance = Unit.share.text(TuningHistory.tolerance)
    let total = isTimed ? last.elapsed / 1e9 : Double(last.measurements)
    let points = moments.map { moment in
      let at = isTimed ? moment.elapsed / 1e9 : Double(moment.measurements)
      let place = isTimed ? Unit.nanoseconds.text(moment.elapsed) : Words.count(moment.measurements, "measurement")
      return Plot.Point(
        x: at, y: moment.settled * 100, label: "after \(place): \(Unit.share.text(moment.settled)) of the questions")
    }
    let half = points.first { $0.x >= total / 2 } ?? points[points.count - 1]
    return [
      .heading("Convergence", level: 3, anchor: "convergence"),
      .paragraph([
        .text(
          "A question is a problem within a thread budget. It counts as settled once a candidate was measured whose final time is within \(tolerance) of the best that the journal ends with. "
        ),
        .text(
          "Problems are searched one after the other, so a straight line is what to expect; after half of the \(isTimed ? "time" : "measurements") \(Unit.significant(half.y)) % were settled."
        ),
      ]),
      .plot(
        Plot(
          caption: "Questions whose winner had been met, as measuring went on.",
          x: .init(title: isTimed ? "seconds of measuring" : "measurements"), y: .init(title: "% of questions settled"),
          series: [Plot.Series(name: "settled", points: points, joined: true)])),
    ]
  }

  /// What the strategies lose on a space that was measured in full.
  private static func regret(_ evidence: ReportEvidence) -> [Block] {
    let heading = Block.heading("Regret of the strategies", level: 3, anchor: "regret")
    guard let record = evidence.strategyRecord, let first = evidence.strategies.first else {
      return [
        heading,
        .paragraph([
          .text("There is no exhaustive record beside this report. "), .code("ttq tune --rigor exhaustive"),
          .text(
            " makes one; its journal, compressed as tuner.jsonl.gz in this folder, is searched again by every strategy when the report is written."
          ),
        ]),
      ]
    }
    let floor = 1e-4
    let series = evidence.strategies.map { curve in
      Plot.Series(
        name: curve.isDefault ? "\(curve.strategy) (default)" : curve.strategy,
        points: curve.moments.filter { $0.fraction > 0 }.map { moment in
          Plot.Point(
            x: moment.fraction * 100, y: max(moment.mean, floor) * 100,
            label:
              "\(curve.strategy) after \(Unit.share.text(moment.fraction)): mean \(Unit.share.text(moment.mean)), worst \(Unit.share.text(moment.worst))"
          )
        }, joined: true)
    }
    return [
      heading,
      .paragraph([
        .text(
          "Regret is how much slower a strategy's winners are than the best of a space of \(first.points) points over \(Words.count(first.problems, "problem")) that was measured in full: "
        ), .link(Link(title: record, file: record)),
        .text(
          ". Every strategy searched that record again without the machine. Across: the share of the time that measuring all took. A mean below \(Unit.share.text(floor)) is drawn there."
        ),
      ]),
      .plot(
        Plot(
          caption: "Mean regret of each strategy against the time it takes.",
          x: .init(title: "% of the time of measuring everything", isLogarithmic: true),
          y: .init(title: "mean regret, %", isLogarithmic: true), series: series)),
      .table(regretTable(evidence.strategies)),
    ]
  }

  private static let moments = [0.02, 0.05, 0.1, 0.2, 0.5, 1]

  private static func regretTable(_ curves: [StrategyCurve]) -> Table {
    Table(
      columns: [Table.Column("Strategy")]
        + moments.map { Table.Column("Mean after \(Unit.share.text($0))", .share) }
        + [Table.Column("Worst in the end", .share)],
      rows: curves.map { curve in
        let means = moments.map { moment in
          Table.Cell.number(curve.moments.last { $0.fraction <= moment * 1.0001 }?.mean)
        }
        return Table.Row(
          cells: [.text(curve.isDefault ? "\(curve.strategy) (default)" : curve.strategy)] + means
            + [.number(curve.moments.last?.worst)], highlighted: curve.isDefault)
      })
  }
}
