import FaultyWorker
import Kernels
import Records
import Testing
import Tuner

struct ShardTests {
  private func problems() throws -> [Problem] {
    TuningProblems.all(of: [try ModelShape(path: "\(ProblemTests.folder)/qwen3-0.6b.json")], format: .q4g32)
  }

  @Test(arguments: [1, 2, 3, 7, 100])
  func shardsPartTheProblemsAndKeepMatricesWhole(count: Int) throws {
    let all = try problems()
    let parts = try (1...count).map { index in
      try #require(Shard("\(index)/\(count)")).problems(of: all, catalogue: .standard)
    }
    #expect(Set(parts.joined()) == Set(all) && parts.map(\.count).reduce(0, +) == all.count)
    for part in parts {
      let matrices = Set(part.filter { $0.family == .quantize }.map { [$0.n, $0.k] })
      let products = part.filter { $0.family == .qmatmul || $0.family == .matmul }
      #expect(Set(products.map { [$0.n, $0.k] }) == matrices)
    }
  }

  @Test func workIsSharedAboutEvenly() throws {
    let all = try problems()
    let loads = [1, 2].map { index in
      Shard("\(index)/2")!.problems(of: all, catalogue: .standard).reduce(0.0) { sum, problem in
        sum + (Catalogue.standard[problem.family]?.cost(of: problem).operations ?? 0)
      }
    }
    #expect(loads.max()! < 2 * loads.min()!)
  }

  @Test(arguments: ["0/2", "3/2", "1", "1/", "/2", "a/b", "1/2/3", "-1/2", "1/0", "1/99999", ""])
  func whatIsNoShardIsRefused(text: String) {
    #expect(Shard(text) == nil)
  }

  @Test func mergedShardsAreThePlanOfTheWhole() throws {
    let folder = try ScratchFolder()
    var merged: Plan?
    for index in 1...2 {
      let outcome = try smallTuning(
        folder.path,
        edit: {
          $0.shard = Shard("\(index)/2")
          $0.planPath = folder.path + "/plan-\(index).json"
          $0.journalPath = folder.path + "/journal-\(index).jsonl"
        })
      let plan = try #require(outcome.plan)
      merged?.merge(plan)
      merged = merged ?? plan
    }
    let whole = TuningProblems.all(of: [SmallTuning.shape], format: .q4g32).filter {
      SmallTuning.catalogue[$0.family] != nil
    }
    let rows = try #require(merged).rows
    #expect(Set(rows.map(\.problem)) == Set(whole) && Set(rows.map(\.key)).count == rows.count)
  }
}
