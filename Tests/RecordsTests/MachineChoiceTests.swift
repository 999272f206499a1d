import Foundation
import Records
import Testing

struct MachineChoiceTests {
  private static let choice = MachineChoice(
    chosen: "Zen", workload: "matmul/bf16/64x64/t512", nanoseconds: ["Zen": 200, "Haswell": 300, "SkylakeX": 190])

  @Test func ratiosAreToTheChosenOne() {
    #expect(Self.choice.ratios.map(\.name) == ["SkylakeX", "Zen", "Haswell"])
    #expect(Self.choice.ratios.map(\.ratio) == [0.95, 1, 1.5])
    #expect(MachineChoice(chosen: "Zen", workload: "", nanoseconds: ["Haswell": 1]).ratios.isEmpty)
  }

  @Test func pagesAreHugeUnlessMeasuredOtherwise() {
    #expect(MachineChoices().packedPages == .huge)
    let small = MachineChoice(chosen: "small", workload: "", nanoseconds: ["small": 1, "huge": 2])
    #expect(MachineChoices(pages: small).packedPages == .small)
    let unknown = MachineChoice(chosen: "colossal", workload: "", nanoseconds: [:])
    #expect(MachineChoices(pages: unknown).packedPages == .huge)
  }

  @Test func aLaterPlanWithoutChoicesKeepsThem() throws {
    var plan = SampleRecords.plan
    plan.choices = MachineChoices(openBLAS: Self.choice)
    var later = SampleRecords.plan
    later.context.date = "2099-01-01T00:00:00Z"
    plan.merge(later)
    #expect(plan.choices?.openBLAS == Self.choice)
    let entry = JournalEntry.choices(MachineChoices(openBLAS: Self.choice))
    #expect(try JSONDecoder().decode(JournalEntry.self, from: JSONEncoder().encode(entry)) == entry)
  }

  @Test func aConfigurationKeepsItsStream() throws {
    let tuned = Configuration(threads: 2, stream: Stream(unroll: 2, prefetch: 4096))
    #expect(try JSONDecoder().decode(Configuration.self, from: JSONEncoder().encode(tuned)) == tuned)
    #expect(tuned.description == "2 threads, unroll 2, 4 KiB ahead")
    #expect(tuned.sharing == Configuration(threads: 2) && !tuned.isPlain)
    #expect(Stream.candidates(unrolls: 0).isEmpty && Stream.candidates(unrolls: 1).count == 4)
    #expect(Stream.candidates(unrolls: 4).allSatisfy(\.isValid) && !Stream(unroll: 3, prefetch: 0).isValid)
  }
}
