internal import Kernels
internal import Measure
internal import Records
internal import Tuner

/// The copy and the read roof for the moments between two measurements of a whole model.
struct BandwidthRoofs {
  /// GB/s; nil where the roof cannot be measured here. The round trip is in nanoseconds and nil with one thread.
  struct Sample {
    let copy: Double?
    let read: Double?
    let roundTrip: Double?
  }

  private let machine: Machine
  private let threads: Int
  private let copy: PooledRoof?
  private let read: PooledRoof?

  /// Calls of a sample, of about a millisecond each.
  private static let calls = 15

  init(machine: Machine, threads: Int) {
    let bench = RoofBench(
      isa: machine.isa.rawValue, cacheBytes: machine.identity.cacheBytes, processors: machine.allowedCPUs)
    let pool = ThreadPool(threads: threads, cpus: machine.allowedCPUs)
    func roof(_ kind: Roof.Kind) -> PooledRoof? {
      (try? bench.load(kind, threads: threads)).map { PooledRoof($0, on: pool) }
    }
    self.machine = machine
    self.threads = threads
    copy = roof(.copy)
    read = roof(.dramRead)
  }

  /// Some tens of milliseconds of measuring.
  func sample() -> Sample {
    Sample(
      copy: copy.flatMap(Self.bandwidth), read: read.flatMap(Self.bandwidth),
      roundTrip: threads > 1 ? CorePlacement.roundTripNanoseconds(between: machine.allowedCPUs) : nil)
  }

  private static func bandwidth(_ roof: PooledRoof) -> Double? {
    let times = (0..<calls).map { call in
      let start = MonotonicClock.now()
      roof.run(copy: call % roof.copies)
      return Double(MonotonicClock.now() - start)
    }
    return roof.holds ? roof.load.roof(times).value : nil
  }
}

extension BandwidthRoofs.Sample {
  /// The medians of several.
  init(medianOf samples: [BandwidthRoofs.Sample]) {
    func median(_ values: [Double]) -> Double? { values.isEmpty ? nil : Statistics.median(values) }
    copy = median(samples.compactMap(\.copy))
    read = median(samples.compactMap(\.read))
    roundTrip = median(samples.compactMap(\.roundTrip))
  }
}
