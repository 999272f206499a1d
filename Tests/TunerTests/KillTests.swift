import FaultyWorker
import Foundation
import Records
import Testing
import Tuner

/// SIGKILL at whatever moment: what was recorded stays, and the same command goes on from it.
@Suite(.serialized) struct KillTests {
  @Test func aTuningKilledTwentyTimesLosesNothing() throws {
    let folder = try ScratchFolder()
    var trace: [KilledTuning] = []
    for _ in 0..<20 {
      let moment = Double.random(in: 0...0.5)
      let killed = try KilledTuning(folder.path, after: { _ in usleep(UInt32(1e6 * moment)) })
      expectNothingLost(killed, kills: trace.count + 1, "killed after \(moment) s")
      trace.append(killed)
    }
    #expect(trace.contains { $0.wasKilled })
    try expectItGoesOn(folder.path)
  }

  @Test func aPlayOffKilledFiveTimesLosesNothing() throws {
    let folder = try ScratchFolder()
    for kill in 1...5 {
      var rounds = 0
      let killed = try KilledTuning(folder.path) { told in
        while !told().contains(where: { $0.contains("play-off") }), rounds < 20_000 {
          usleep(1000)
          rounds += 1
        }
        usleep(UInt32.random(in: 0...20_000))
      }
      expectNothingLost(killed, kills: kill, "in the play-off")
    }
    try expectItGoesOn(folder.path)
  }

  private func expectNothingLost(_ killed: KilledTuning, kills: Int, _ moment: String) {
    let after = killed.after
    #expect(after.starts(with: killed.before), "\(moment): the journal only grows")
    let (entries, unreadable) = Journal.entries(after)
    #expect(unreadable <= kills, "\(moment): a kill cuts one line at most")
    if let told = killed.told {
      #expect(entries.sinceLastSession >= told, "\(moment): what was counted as done is in the journal")
    }
    if let plan = killed.plan { #expect(throws: Never.self, "\(moment)") { try Plan(plan, from: "plan.json") } }
  }

  /// The next run ends, and every session measured each of its candidates once, and played it off once more at most, where it was disturbed.
  private func expectItGoesOn(_ folder: String) throws {
    _ = try KilledTuning(folder, after: nil)
    let (entries, _) = try Journal(path: folder + "/journal.jsonl").read()
    #expect(entries.last == .finished)
    var once: Set<CandidateKey> = []
    var finals: [CandidateKey: Int] = [:]
    for entry in entries {
      switch entry {
      case .session: (once, finals) = ([], [:])
      case .candidate(let result): #expect(once.insert(result.key).inserted)
      case .playOff(let results): for result in results { finals[result.key, default: 0] += 1 }
      default: break
      }
    }
    let plan = try Plan(path: folder + "/plan.json")
    #expect(!plan.rows.isEmpty && once.isSuperset(of: finals.keys) && finals.values.allSatisfy { $0 <= 2 })
    let strays = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".tmp") }
    #expect(strays.isEmpty)
  }
}

/// A small tuning in a process of its own, with the journal before it and all files after it.
private struct KilledTuning {
  let before: Data
  let after: Data
  let plan: Data?
  /// The last number of candidates that the tuner told to be recorded; nil where it told none.
  let told: Int?
  let wasKilled: Bool

  /// Runs the tuning in `folder` and kills it after `moment`, which may ask what the tuner told so far; nil lets it end.
  init(_ folder: String, after moment: ((() -> [String]) throws -> Void)?) throws {
    let journal = URL(fileURLWithPath: folder + "/journal.jsonl")
    let output = URL(fileURLWithPath: folder + "/output.txt")
    before = (try? Data(contentsOf: journal)) ?? Data()
    try Data().write(to: output)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: faultyWorker)
    process.arguments = ["tune", folder]
    process.standardOutput = try FileHandle(forWritingTo: output)
    try process.run()
    func lines() -> [String] {
      let text = String(decoding: (try? Data(contentsOf: output)) ?? Data(), as: UTF8.self)
      return text.split(separator: "\n").map(String.init)
    }
    if let moment {
      try moment(lines)
      kill(process.processIdentifier, SIGKILL)
    }
    process.waitUntilExit()
    wasKilled = process.terminationReason == .uncaughtSignal
    after = (try? Data(contentsOf: journal)) ?? Data()
    plan = try? Data(contentsOf: URL(fileURLWithPath: folder + "/plan.json"))
    told = wasKilled ? lines().compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }.last : nil
    if moment == nil { #expect(process.terminationStatus == 0, "\(lines().suffix(2))") }
  }
}

extension [JournalEntry] {
  /// Measured candidates of the last session.
  fileprivate var sinceLastSession: Int {
    var keys: Set<CandidateKey> = []
    for entry in self {
      switch entry {
      case .session: keys = []
      case .candidate(let result) where result.status != .unsupported && result.status != .constraint:
        keys.insert(result.key)
      default: break
      }
    }
    return keys.count
  }
}
