internal import Records

extension Sitting {
  /// A contest that takes longer than this waits for the others, where time is limited.
  private static let longContest = 1e9

  /// Times the best candidates of each problem in turns, except where the journal tells that it was done.
  ///
  /// The rounds are shared out among several worker processes, one after the other: where a process's memory lies makes some kernels
  /// faster than others for as long as it lives, so that one process alone may name a winner which the next one does not confirm.
  /// What they leave undecided is played on in further ones.
  mutating func playOff(_ space: TuningSpace) throws(TuningError) {
    let results = space.candidates.compactMap { journal.candidates[$0.key] }
    var contests = Contest.all(results, count: effort.finalists, begun: journal.finalists)
    if pace.left != nil {
      contests =
        contests.filter { duration($0) < Self.longContest } + contests.filter { duration($0) >= Self.longContest }
    }
    var (played, skipped): (Set<Int>, Set<Int>) = ([], [])
    for process in 1...effort.processes + effort.furtherProcesses {
      let due = effort.rounds * process / effort.processes
      let isLonger = process > effort.processes
      let open = contests.indices.filter { index in
        let rounds = contests[index].rounds
        return rounds < due && (!isLonger || rounds >= effort.rounds && contests[index].isUndecided)
      }
      guard !open.isEmpty else { continue }
      if process > 1 { worker.stop() }
      let turn = effort.processes > 1 ? "play-off \(process) of \(effort.processes)" : "play-off"
      let words = isLonger ? "longer play-off" : turn
      for (place, index) in open.enumerated() {
        if stops() || duration(contests[index]) > pace.left ?? .infinity {
          if !isLonger { skipped.insert(index) }
          continue
        }
        announce(contests[index], words, place, of: open.count)
        try play(&contests[index], rounds: due - contests[index].rounds)
        played.insert(index)
      }
    }
    unplayed += skipped.count
    try replay(played.subtracting(skipped).sorted().map { contests[$0] }.filter(\.isDisturbed))
  }

  /// Plays anew, all rounds, the contests that were disturbed.
  private mutating func replay(_ disturbed: [Contest]) throws(TuningError) {
    guard !disturbed.isEmpty else { return }
    var calm = 0
    for (place, contest) in disturbed.enumerated()
    where !stops() && contest.duration(rounds: effort.rounds) <= pace.left ?? .infinity {
      announce(contest, "play-off again", place, of: disturbed.count)
      var again = contest.fresh
      try play(&again, rounds: effort.rounds)
      if !again.isDisturbed { calm += 1 }
    }
    notes.append("\(disturbed.count) play-offs were disturbed; \(calm) of them went calmly at the end")
  }

  private func announce(_ contest: Contest, _ what: String, _ place: Int, of count: Int) {
    progress(
      TuningProgress(
        done: place, total: count, text: "\(what): \(contest.contenders.first?.problem.name ?? "")",
        secondsLeft: pace.left.map { max(0, $0 / 1e9) }))
  }

  /// Nanoseconds that the rounds of one process take at least.
  private func duration(_ contest: Contest) -> Double {
    contest.duration(rounds: (effort.rounds + effort.processes - 1) / effort.processes)
  }

  /// Adds some rounds to a contest, and what is known then to the journal.
  private mutating func play(_ contest: inout Contest, rounds: Int) throws(TuningError) {
    let budget = min(effort.playOffBudget, options.sampleBudget) * Double(rounds) / Double(effort.rounds)
    let requests = contest.contenders.map {
      CandidateRequest(
        problem: $0.problem, variant: $0.variant, configuration: $0.configuration, budget: budget,
        maximumSamples: effort.maximumSamples, coldBytes: options.coldBytes, seed: seed, rounds: rounds)
    }
    let timeout = options.candidateTimeout * Double(requests.count)
    guard let measurements = try worker.playOff(requests, timeout: timeout) else {
      notes.append("\(requests[0].problem.name): the worker did not survive the play-off; the screening decides")
      return
    }
    contest.add(measurements)
    var results = contest.results
    for index in results.indices { roofs.judge(&results[index]) }
    try recorded(try journal.add(playOff: results))
  }
}
