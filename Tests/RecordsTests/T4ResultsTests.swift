internal import Foundation
internal import Records
internal import Testing

/// Held to the field list of the published schema (github.com/odgaard/TuningSchema, branch T4, results-schema.json).
struct T4ResultsTests {
  private static let required: Set<String> = ["configuration", "times", "invalidity", "correctness"]
  private static let optional: Set<String> = ["timestamp", "objectives", "measurements"]
  private static let invalidities: Set<String> = [
    "timeout", "compile", "runtime", "correctness", "constraints", "correct",
  ]
  private static let measurement: Set<String> = ["name", "value", "unit"]
  private static let times: Set<String> = [
    "compilation_time", "runtimes", "framework", "search_algorithm", "validation",
  ]

  /// Checks what the schema demands of `object`.
  private static func expectValid(_ object: [String: Any]) throws -> [[String: Any]] {
    let version = try #require(object["schema_version"] as? String)
    #expect(version.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+/) != nil && version == "1.0.0")
    let results = try #require(object["results"] as? [[String: Any]])
    for result in results {
      #expect(required.isSubset(of: result.keys) && required.union(optional).isSuperset(of: result.keys))
      #expect((result["configuration"] as? [String: Any])?.isEmpty == false)
      let times = try #require(result["times"] as? [String: Any])
      #expect(Self.times.isSuperset(of: times.keys) && times["runtimes"] is [Double])
      #expect(invalidities.contains(try #require(result["invalidity"] as? String)))
      #expect(result["correctness"] is Double)
      let measurements = try #require(result["measurements"] as? [[String: Any]])
      let names = measurements.compactMap { $0["name"] as? String }
      #expect(measurements.allSatisfy { Set($0.keys) == measurement && $0["value"] is Double && $0["unit"] is String })
      let objectives = try #require(result["objectives"] as? [String])
      if result["invalidity"] as? String == "correct" { #expect(Set(objectives).isSubset(of: names)) }
    }
    return results
  }

  @Test func aJournalIsExportedWithEveryRequiredField() throws {
    let bytes = try RecordFile.encode(T4Results(SampleRecords.entries))
    let object = try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    let results = try Self.expectValid(object)
    #expect(results.count == SampleRecords.entries.latestCandidates.count)
    let broken = try #require(results.first { $0["invalidity"] as? String == "correctness" })
    #expect(broken["correctness"] as? Double == 0 && broken["timestamp"] as? String == SampleRecords.context.date)
    let correct = try #require(results.first { $0["invalidity"] as? String == "correct" })
    let runtimes = try #require((correct["times"] as? [String: Any])?["runtimes"] as? [Double])
    #expect(runtimes == [0.001, 0.001, 0.001], "1000 ns are 0.001 ms")
  }

  @Test func everyStatusHasAWordOfTheSchema() {
    #expect(Set(T4Results.Invalidity.allCases.map(\.rawValue)) == Self.invalidities)
    let words = CandidateStatus.allCases.map { T4Results.Invalidity($0) }
    #expect(Set(words) == [.correct, .correctness, .timeout, .runtime, .constraints])
  }
}
