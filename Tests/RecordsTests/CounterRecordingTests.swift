internal import Foundation
internal import Records
internal import Testing

/// Reading and scaling what counters deliver. No test here saw a real hardware counter: the words are made up as the kernel documents them.
struct CounterRecordingTests {
  private static let reads: [(words: [UInt64], value: Double?)] = [
    ([100, 50, 50], 100), ([100, 80, 20], 400), ([0, 80, 20], 0), ([0, 80, 0], nil), ([7, 0, 0], nil),
    ([100, 50, 60], 100), ([1 << 62, 4, 1], 0x1p64), ([.max, .max, 1], 0x1p128),
  ]
  private static let odd: [[UInt64]] = [[], [1], [1, 2], [1, 2, 3, 4]]

  @Test(arguments: reads)
  func aMultiplexedEventIsScaledByTheTimeItRan(words: [UInt64], value: Double?) {
    #expect(RawCounter(name: "cycles", words: words)?.scaled == value)
  }

  @Test(arguments: odd)
  func aShortOrLongReadIsNone(words: [UInt64]) {
    #expect(RawCounter(name: "cycles", words: words) == nil)
  }

  private static let recording = CounterRecording(
    header: CounterRecording.Header(
      machine: SampleRecords.machine, context: SampleRecords.context, workload: "qmatmul",
      availability: [
        CounterAvailability(name: "cycles", source: .perfHardware),
        CounterAvailability(name: "PAPI_TOT_CYC", source: .hardwarePreset, absentBecause: "no PMU"),
      ]),
    passes: [
      CounterPass(
        calls: 4, nanoseconds: 8000,
        counters: [
          RawCounter(name: "cycles", count: 300, enabled: 80, running: 20), RawCounter(name: "sde", count: 40),
          RawCounter(name: "crowded-out", count: 9, enabled: 80, running: 0),
        ]),
      CounterPass(calls: 1, nanoseconds: 1, counters: []),
    ])

  @Test func aPassIsReadPerCallAndWhatNeverRanIsLeftOut() {
    let pass = Self.recording.passes[0]
    #expect(pass.perCall == ["cycles": 300, "sde": 10] && pass.seconds == 2e-6)
  }

  @Test func aRecordingIsReadBack() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("stream.jsonl")
    try Self.recording.write(to: path)
    let read = try CounterRecording(path: path)
    #expect(read == Self.recording && read.hasHardware)
    #expect(read.absence("cycles") == nil && read.absence("PAPI_TOT_CYC") == "no PMU")
    #expect(read.absence("other") == "was not asked for")
  }

  @Test func aDamagedRecordingIsOneLineThatNamesItsPlace() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("stream.jsonl")
    try Self.recording.write(to: path)
    let whole = String(decoding: try RecordFile.read(path), as: UTF8.self)
    for (text, place) in [
      ("", path), ("{}\n", path), (whole + "garbage\n", "\(path):4"), (String(whole.dropLast(20)), "\(path):3"),
    ] {
      let damaged = try folder.file("damaged.jsonl", holding: text)
      let error = #expect(throws: RecordError.self) { try CounterRecording(path: damaged) }
      let expected = place.replacingOccurrences(of: path, with: damaged)
      #expect(error?.description.hasPrefix(expected) == true && error?.description.contains("\n") == false)
    }
  }
}
