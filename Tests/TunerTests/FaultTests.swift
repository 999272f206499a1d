import FaultyWorker
import Kernels
import Records
import Testing
import Tuner

struct FaultTests {
  @Test func aWrongACrashingAndAHangingCandidateAreRecordedAndSurvived() throws {
    let folder = try ScratchFolder()
    let all = try #require(StrategyRow.named("exhaustive"))
    let outcome = try smallTuning(
      folder.path, catalogue: Faults.statistic,
      edit: {
        $0.candidateTimeout = 2
        $0.strategy = all
      })
    func results(_ variant: String) -> [CandidateResult] { outcome.results.filter { $0.variant == variant } }
    for (variant, status, reason) in [
      ("wrong", CandidateStatus.wrong, "beyond"), ("crashing", .crashed, "SIGABRT"),
      ("hanging", .timeout, "within 2 s"),
    ] {
      #expect(results(variant).count == 2)
      for result in results(variant) {
        #expect(result.status == status && result.timing == nil && result.samples.isEmpty)
        #expect(result.reason?.contains(reason) == true, "\(result.reason ?? "")")
      }
    }
    let correct = outcome.results.filter { $0.status == .correct }
    #expect(correct.contains { $0.variant == "scalar" } && correct.allSatisfy { $0.timing != nil })

    // The winner is the fastest of the correct ones, or a simpler one within its interval.
    let plan = try #require(outcome.plan)
    #expect(plan.rows.map(\.threads) == [1, 2])
    let row = try #require(plan.rows.first)
    let fastest = try #require(
      correct.filter { $0.configuration.threads == 1 }.compactMap(\.timing).min {
        $0.medianNanoseconds < $1.medianNanoseconds
      })
    #expect(row.timing.lowNanoseconds <= fastest.highNanoseconds)
    #expect(correct.contains { $0.variant == row.variant })
    #expect(try Plan(path: outcome.planPath) == plan)

    let journal = try Journal(path: outcome.journalPath).read()
    #expect(Set(journal.entries.latestCandidates) == Set(outcome.results) && journal.unreadable == 0)
    #expect(journal.entries.last == .finished)
  }

  @Test func countersAreNamedAsTheWorkerListsThem() throws {
    let folder = try ScratchFolder()
    let outcome = try smallTuning(
      folder.path, catalogue: Catalogue(families: [StatisticFamily()]))
    #expect(!outcome.counters.isEmpty)
    let names = Set(outcome.counters.filter { $0.absentBecause == nil }.map(\.name))
    for result in outcome.results { #expect(names.isSuperset(of: (result.counters ?? [:]).keys)) }
  }

  @Test func aWorkerThatDoesNotStartIsOneLine() throws {
    let setup = WorkerSetup(threads: 1, cpus: [])
    for (executable, arguments) in [("/nowhere/ttq", ["worker"]), ("/bin/echo", ["hello"]), ("/bin/false", [])] {
      let client = WorkerClient(executable: executable, arguments: arguments, setup: setup)
      do {
        try client.start()
        Issue.record("\(executable) started")
      } catch {
        #expect(error.description.hasPrefix("\(executable): ") && !error.description.contains("\n"))
      }
    }
  }

  @Test func aRequestIsAnsweredWithoutTimingWhereOnlyACheckIsAsked() throws {
    let client = WorkerClient(
      executable: faultyWorker, arguments: ["worker"], setup: WorkerSetup(threads: 1, cpus: []))
    func request(_ variant: String) -> CandidateRequest {
      CandidateRequest(
        problem: Problem(family: .statistic, k: 40, tokens: 9), variant: variant,
        configuration: Configuration(threads: 1), budget: 1e5, coldBytes: 0, seed: 1, checkOnly: true)
    }
    #expect(try client.measure(request("scalar"), timeout: 30).status == .correct)
    #expect(try client.measure(request("scalar"), timeout: 30).samples.isEmpty)
    #expect(try client.measure(request("crashing"), timeout: 30).status == .crashed)
    #expect(try client.measure(request("unheard-of"), timeout: 30).status == .unsupported)
    #expect(try client.measure(request("simd"), timeout: 30).status == .correct)
  }
}
