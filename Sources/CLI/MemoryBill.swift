internal import TTQ

/// The peak of resident memory beside what has to be there.
struct MemoryBill {
  /// nil where the system does not tell.
  let peak: Int?
  let mapped: Int
  let packed: Int
  /// What low-rank factors leave, where it is kept.
  let residual: Int
  let cache: Int

  /// What `sessions` of one model hold, now that they have run.
  init(_ sessions: [Session]) {
    peak = ResidentMemory.peak
    mapped = sessions.first?.model.weightBytes ?? 0
    packed = sessions.reduce(0) { $0 + $1.weightBytes }
    residual = sessions.reduce(0) { $0 + $1.residualBytes }
    cache = sessions.reduce(0) { $0 + $1.cacheBytes }
  }

  /// Bytes of the peak that are none of these; nil where the peak is not known or below them, as where pages were never touched.
  var other: Int? { peak.map { max($0 - mapped - packed - residual - cache, 0) } }

  var text: String {
    let parts =
      "weights as mapped \(Quantity.bytes(mapped)), packed weights \(Quantity.bytes(packed)), "
      + (residual > 0 ? "kept residual \(Quantity.bytes(residual)), " : "") + "KV cache \(Quantity.bytes(cache))"
    guard let peak, let other else { return "\(parts), peak not told by this system" }
    return "\(parts), peak resident \(Quantity.bytes(peak)) (\(Quantity.bytes(other)) beyond them)"
  }
}
