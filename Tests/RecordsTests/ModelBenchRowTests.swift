internal import Foundation
internal import Records
internal import Testing

struct ModelBenchRowTests {
  private static let row = ModelBenchRow(
    model: "small", type: "q4g32/a8", engine: .ttq, prefill: "quantized", cache: .f16, promptTokens: 100,
    generatedTokens: 0, depth: 0, threads: 2, nanoseconds: [1e9, 2e9, 4e9])

  @Test func fieldsHaveTheNamesOfLlamaBench() throws {
    let bytes = try RecordFile.encode(Self.row, compact: true)
    let object = try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    #expect(object["n_prompt"] as? Int == 100 && object["n_gen"] as? Int == 0 && object["n_threads"] as? Int == 2)
    #expect(object["avg_ns"] as? Double == 7e9 / 3)
    // 100, 50 and 25 tokens a second.
    #expect(abs((object["avg_ts"] as? Double ?? 0) - 175.0 / 3) < 1e-9)
    #expect(abs((object["stddev_ts"] as? Double ?? 0) - 38.18813) < 1e-4)
    for field in ["parts", "over_frozen", "quantize_over_copy", "read_share", "copy_roof_gbps", "round_trip_ns"] {
      #expect(object[field] is NSNull, "\(field)")
    }
    #expect(try JSONDecoder().decode(ModelBenchRow.self, from: bytes) == Self.row)
  }

  @Test func ratiosAreTakenRoundByRound() throws {
    let ratio = try #require(Ratio([2, 6, 3, 8], over: [1, 2, 2, 4]))
    #expect(ratio.median == 2 && ratio.low == 1.5 && ratio.high == 3)
    #expect(Ratio([], over: []) == nil)
  }
}
