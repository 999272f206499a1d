internal import Records

extension Sitting {
  /// A contest that takes longer than this waits for the others, where time is limited.
  private static let longContest = 1e9

  /// Times the best candidates of each problem in turns, unless the journal tells that it was done.
  mutating func playOff(_ space: TuningSpace) throws(TuningError) {
    let results = space.candidates.compactMap { journal.candidates[$0.key] }
    var contests = Contest.all(results, count: effort.finalists).filter { contest in
      !contest.contenders.contains { journal.finalists.contains($0.key) }
    }
    if pace.left != nil {
      contests =
        contests.filter { duration($0) < Self.longContest } + contests.filter { duration($0) >= Self.longContest }
    }
    let first = try play(contests, "play-off")
    unplayed += first.skipped
    guard !first.disturbed.isEmpty else { return }
    let again = try play(first.disturbed, "play-off again")
    let calm = first.disturbed.count - again.disturbed.count - again.skipped
    notes.append("\(first.disturbed.count) play-offs were disturbed; \(calm) of them went calmly at the end")
  }

  /// Plays `contests` in their order while there is time: those that were disturbed, and how many there was no time for.
  private mutating func play(
    _ contests: [Contest], _ what: String
  ) throws(TuningError) -> (disturbed: [Contest], skipped: Int) {
    var (disturbed, skipped): ([Contest], Int) = ([], 0)
    for (place, contest) in contests.enumerated() {
      if stops() || duration(contest) > pace.left ?? .infinity {
        skipped += 1
        continue
      }
      let name = contest.contenders.first?.problem.name ?? ""
      progress(
        TuningProgress(
          done: place, total: contests.count, text: "\(what): \(name)",
          secondsLeft: pace.left.map { max(0, $0 / 1e9) }))
      if try play(contest) { disturbed.append(contest) }
    }
    return (disturbed, skipped)
  }

  private func duration(_ contest: Contest) -> Double { contest.duration(rounds: effort.rounds) }

  /// Whether it was disturbed.
  private mutating func play(_ contest: Contest) throws(TuningError) -> Bool {
    let requests = contest.contenders.map {
      CandidateRequest(
        problem: $0.problem, variant: $0.variant, configuration: $0.configuration,
        budget: min(effort.playOffBudget, options.sampleBudget), maximumSamples: effort.maximumSamples,
        coldBytes: options.coldBytes, seed: seed, rounds: effort.rounds)
    }
    let timeout = options.candidateTimeout * Double(requests.count)
    guard let measurements = try worker.playOff(requests, timeout: timeout) else {
      notes.append("\(requests[0].problem.name): the worker did not survive the play-off; the screening decides")
      return false
    }
    var results = contest.results(measurements)
    for index in results.indices { roofs.judge(&results[index]) }
    try recorded(try journal.add(playOff: results))
    return Contest.isDisturbed(measurements)
  }
}
