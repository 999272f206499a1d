internal import Foundation

/// What one counter delivered in one pass, unscaled.
package struct RawCounter: Codable, Hashable, Sendable {
  package let name: String
  package let count: UInt64
  /// Nanoseconds that a perf event was enabled, and that a counter was really free for it; nil where the library scales, as PAPI does.
  package let enabled: UInt64?
  package let running: UInt64?

  package init(name: String, count: UInt64, enabled: UInt64? = nil, running: UInt64? = nil) {
    self.name = name
    self.count = count
    self.enabled = enabled
    self.running = running
  }

  /// The counter of the three words that perf_event delivers: count, time enabled, time running; nil for any other number of words.
  package init?(name: String, words: [UInt64]) {
    guard words.count == 3 else { return nil }
    self.init(name: name, count: words[0], enabled: words[1], running: words[2])
  }

  /// The count as it would be had the event run all the time; nil where it never ran.
  package var scaled: Double? {
    guard let enabled, let running else { return Double(count) }
    guard running > 0 else { return nil }
    return running >= enabled ? Double(count) : Double(count) * (Double(enabled) / Double(running))
  }
}

/// One counted pass of a workload, as the counters delivered it.
package struct CounterPass: Codable, Hashable, Sendable {
  package let calls: Int
  /// Nanoseconds of the whole pass.
  package let nanoseconds: UInt64
  package let counters: [RawCounter]

  package init(calls: Int, nanoseconds: UInt64, counters: [RawCounter]) {
    self.calls = calls
    self.nanoseconds = nanoseconds
    self.counters = counters
  }

  /// Scaled counts of one call; a counter that never ran is left out.
  package var perCall: [String: Double] {
    var values: [String: Double] = [:]
    for counter in counters { values[counter.name] = counter.scaled.map { $0 / Double(max(calls, 1)) } }
    return values
  }

  /// Seconds of one call.
  package var seconds: Double { Double(nanoseconds) / 1e9 / Double(max(calls, 1)) }
}

/// A recorded stream of counters: what a machine had, then pass after pass, one JSON object a line.
package struct CounterRecording: Hashable, Sendable {
  package struct Header: Codable, Hashable, Sendable {
    package let machine: MachineIdentity
    package let context: MeasurementContext
    /// What was counted, in words.
    package let workload: String
    package let availability: [CounterAvailability]

    package init(
      machine: MachineIdentity, context: MeasurementContext, workload: String, availability: [CounterAvailability]
    ) {
      self.machine = machine
      self.context = context
      self.workload = workload
      self.availability = availability
    }
  }

  package let header: Header
  package let passes: [CounterPass]

  package init(header: Header, passes: [CounterPass]) {
    self.header = header
    self.passes = passes
  }

  /// Reads the stream at `path`; a line that is none is an error that names it.
  package init(path: String) throws(RecordError) {
    var lines = try RecordFile.read(path).split(separator: UInt8(ascii: "\n")).makeIterator()
    guard let first = lines.next() else {
      throw .malformed(path: path, expected: "a recording of counters", found: "an empty file")
    }
    header = try RecordFile.decode(Header.self, Data(first), from: path, expected: "a recording of counters")
    var passes: [CounterPass] = []
    while let line = lines.next() {
      passes.append(
        try RecordFile.decode(
          CounterPass.self, Data(line), from: "\(path):\(passes.count + 2)", expected: "a counted pass"))
    }
    self.passes = passes
  }

  /// Writes the stream to `path`, whole or not at all.
  package func write(to path: String) throws(RecordError) {
    var bytes = try RecordFile.encode(header, compact: true)
    for pass in passes { bytes += try RecordFile.encode(pass, compact: true) }
    try RecordFile.write(bytes, to: path)
  }

  /// Why a counter was not read, or nil where it was available.
  package func absence(_ counter: String) -> String? {
    guard let known = header.availability.first(where: { $0.name == counter }) else { return "was not asked for" }
    return known.absentBecause
  }

  /// Whether any hardware counter was available.
  package var hasHardware: Bool {
    header.availability.contains { $0.absentBecause == nil && $0.source.isHardware }
  }
}

extension CounterSource {
  /// Whether the processor counts, not software.
  package var isHardware: Bool { self == .hardwarePreset || self == .perfHardware }
}
