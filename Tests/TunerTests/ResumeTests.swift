import FaultyWorker
import Foundation
import Kernels
import Records
import Testing
import Tuner

struct ResumeTests {
  /// Kills a tuning with SIGKILL whenever its journal holds so many candidates, then lets it run to its end.
  @Test func aKilledTuningGoesOnWhereItWas() throws {
    let folder = try ScratchFolder()
    let journal = Journal(path: folder.path + "/journal.jsonl")
    for candidates in [1, 5, 10] {
      let child = try start(folder.path)
      while child.isRunning, try count(journal) < candidates { usleep(500) }
      kill(child.processIdentifier, SIGKILL)
      child.waitUntilExit()
      #expect(child.terminationReason == .uncaughtSignal)
    }
    let before = try count(journal)
    let last = try start(folder.path)
    last.waitUntilExit()
    #expect(last.terminationStatus == 0)

    let (entries, unreadable) = try journal.read()
    var times: [CandidateKey: Int] = [:]
    var finals: [CandidateKey: Int] = [:]
    var disturbed: Set<CandidateKey> = []
    for entry in entries {
      if case .candidate(let result) = entry { times[result.key, default: 0] += 1 }
      if case .playOff(let results) = entry {
        // What was disturbed is played again at the end.
        for result in results where !disturbed.contains(result.key) { finals[result.key, default: 0] += 1 }
        let keys = Set(results.map(\.key))
        if Contest.all(results, count: results.count, begun: keys).contains(where: \.isDisturbed) {
          disturbed.formUnion(keys)
        }
      }
    }
    #expect(times.values.allSatisfy { $0 == 1 }, "a measurement that is in the journal is not repeated")
    #expect(finals.values.allSatisfy { $0 == 1 } && finals.keys.allSatisfy { times[$0] == 1 })
    #expect(before < times.count && unreadable <= 3)
    #expect(entries.count { if case .session = $0 { true } else { false } } == 1)
    #expect(entries.count { if case .roofs = $0 { true } else { false } } == 1)
    #expect(entries.last == .finished)
    #expect(try Plan(path: folder.path + "/plan.json").rows.isEmpty == false)
  }

  @Test func anInterruptKeepsWhatWasMeasured() throws {
    let folder = try ScratchFolder()
    var asked = 0
    let first = try smallTuning(
      folder.path,
      isCancelled: {
        asked += 1
        return asked > 5
      })
    #expect(first.cancelled && first.unreached > 0 && first.plan != nil)
    let measured = first.results.count { $0.status == .correct }
    #expect(measured == 5)

    let second = try smallTuning(folder.path)
    #expect(second.resumed == measured && second.unreached == 0 && second.roofs == first.roofs)
    let third = try smallTuning(folder.path)
    #expect(third.resumed == 0, "a finished session is not resumed")
  }

  @Test func whenTimeIsOverEveryProblemStillHasItsLikelyWinner() throws {
    let folder = try ScratchFolder()
    let outcome = try smallTuning(folder.path, edit: { $0.timeLimit = 0 })
    #expect(outcome.unreached > 0)
    let problems = TuningProblems.all(of: [SmallTuning.shape], format: .q4g32).filter {
      SmallTuning.catalogue[$0.family] != nil
    }
    #expect(Set(outcome.plan?.rows.map(\.problem) ?? []) == Set(problems))
  }

  @Test func otherSessionsAndOldRevisionsAreNotTakenOver() throws {
    let folder = try ScratchFolder()
    var asked = 0
    _ = try smallTuning(
      folder.path,
      isCancelled: {
        asked += 1
        return asked > 3
      })
    let path = folder.path + "/journal.jsonl"
    let text = String(decoding: try RecordFile.read(path), as: UTF8.self)

    try Data(text.replacing(/"revision":[0-9]+/, with: #""revision":99"#).utf8)
      .write(to: URL(fileURLWithPath: path))
    #expect(try smallTuning(folder.path).resumed == 0)

    try Data(text.replacingOccurrences(of: #""vendor":""#, with: #""vendor":"Other"#).utf8)
      .write(to: URL(fileURLWithPath: path))
    #expect(try smallTuning(folder.path).resumed == 0)

    try Data(("cut off\n" + text).utf8).write(to: URL(fileURLWithPath: path))
    let outcome = try smallTuning(folder.path)
    #expect(outcome.resumed == 3 && outcome.notes.contains { $0.contains("1 lines are not readable") })
  }

  private func start(_ folder: String) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: faultyWorker)
    process.arguments = ["tune", folder]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    return process
  }

  private func count(_ journal: Journal) throws -> Int {
    try journal.read().entries.count {
      if case .candidate(let result) = $0 { result.status == .correct } else { false }
    }
  }
}
