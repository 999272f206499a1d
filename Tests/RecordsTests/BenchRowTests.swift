internal import Foundation
internal import Records
internal import Testing

struct BenchRowTests {
  private static let fields = [
    "family", "variant", "bits", "group", "n", "k", "tokens", "threads", "warm", "median_ns", "low_ns", "high_ns",
    "gbps", "gops", "roof", "share", "error", "status",
  ]

  private func object(_ row: BenchRow) throws -> [String: Any] {
    let bytes = try RecordFile.encode(row, compact: true)
    #expect(bytes.count { $0 == UInt8(ascii: "\n") } == 1)
    return try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
  }

  @Test func aFailingCandidateHasEveryFieldWithNull() throws {
    var result = SampleRecords.candidate("a8/broken", median: nil)
    result.problem.format = nil
    (result.roof, result.share, result.error) = (nil, nil, nil)
    let row = BenchRow(result, warm: true)
    let object = try object(row)
    #expect(Set(object.keys) == Set(Self.fields))
    for field in ["bits", "group", "median_ns", "low_ns", "high_ns", "gbps", "gops", "roof", "share", "error"] {
      #expect(object[field] is NSNull, "\(field)")
    }
    #expect(try JSONDecoder().decode(BenchRow.self, from: RecordFile.encode(row)) == row)
  }

  @Test func ratesAreBytesAndOperationsByNanosecond() throws {
    let row = BenchRow(SampleRecords.candidate("a8/scalar", median: 1000), warm: false)
    #expect(row.gbps == 2000 && row.gops == 6000)
    #expect(Set(try object(row).keys) == Set(Self.fields))
  }
}
