internal import Foundation
internal import Records
internal import Testing

/// Damaged files: a value or an error of one line, never a crash.
struct MutationTests {
  /// SplitMix64: the same damage on every run.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private static let splices = ["-", "1e999", "null", "\"", "{", "]", "99999999999999999999", "\u{0}", "\n", "true"]

  private static func damage(_ bytes: Data, seed: UInt64) -> Data {
    var generator = Generator(state: seed)
    var damaged = [UInt8](bytes)
    for _ in 0..<Int.random(in: 1...4, using: &generator) where !damaged.isEmpty {
      let place = Int.random(in: 0..<damaged.count, using: &generator)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: damaged[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: damaged.removeSubrange(place...)
      case 2: damaged.removeSubrange(place..<min(damaged.count, place + 40))
      case 3: damaged.insert(contentsOf: splices.randomElement(using: &generator)?.utf8.map { $0 } ?? [], at: place)
      default: damaged.insert(contentsOf: damaged[..<place].suffix(60), at: place)
      }
    }
    return Data(damaged)
  }

  @Test func fiveThousandDamagedPlansAreValuesOrErrors() throws {
    let whole = try RecordFile.encode(SampleRecords.plan)
    var errors = 0
    for seed in 0..<UInt64(5000) {
      do {
        var plan = try Plan(Self.damage(whole, seed: seed), from: "plan.json")
        plan.merge(SampleRecords.plan)
        _ = PlanDifference(from: plan, to: SampleRecords.plan)
      } catch {
        errors += 1
        #expect(error.description.hasPrefix("plan.json") && !error.description.contains("\n"))
      }
    }
    #expect(errors > 1000)
  }

  @Test func fiveThousandDamagedJournalsKeepTheirOtherLines() throws {
    let whole = try SampleRecords.entries.map { try RecordFile.encode($0, compact: true) }.reduce(Data(), +)
    var damagedRuns = 0
    for seed in 5000..<UInt64(10_000) {
      let (entries, unreadable) = Journal.entries(Self.damage(whole, seed: seed))
      if unreadable > 0 { damagedRuns += 1 }
      #expect(entries.latestCandidates.count <= T4Results(entries).results.count)
    }
    #expect(damagedRuns > 1000)
  }
}
