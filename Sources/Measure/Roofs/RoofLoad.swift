package import Records

/// The work that measures a roof, in calls of about a millisecond: short enough to stand between the calls of kernels.
package struct RoofLoad: Sendable {
  package let kind: Roof.Kind
  /// Threads that share a call.
  package let threads: Int
  /// Parts of the memory to rotate over, at least 1.
  package let copies: Int
  /// Bytes or operations of one call, all threads together.
  package let amount: Double
  /// Said beside the figure, such as that a bandwidth may be a cache's.
  package let note: String?
  /// The share of a thread in a call on a copy; returns whether its check held.
  package let part: @Sendable (_ rank: Int, _ copy: Int) -> Bool

  /// The roof that the times of calls (nanoseconds, not empty) amount to: bytes or operations a nanosecond are units of 10^9 a second.
  package func roof(_ times: [Double]) -> Roof {
    let timing = Timing(samples: times)
    return Roof(
      kind: kind, threads: threads, value: amount / timing.medianNanoseconds, low: amount / timing.highNanoseconds,
      high: amount / timing.lowNanoseconds, reason: note)
  }
}

/// Why a roof cannot be measured here.
package struct RoofAbsence: Error, Hashable {
  package let reason: String

  init(_ reason: String) { self.reason = reason }
}
