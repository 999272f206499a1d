package import Records

/// Which measured ceiling bounds a problem: the one that predicts the longer time.
package struct RoofModel: Sendable {
  private let roofs: RoofSet

  package init(_ roofs: RoofSet) {
    self.roofs = roofs
  }

  /// The bounding roof of a problem of `cost` at `threads` threads and the time in nanoseconds that it allows, or nil where
  /// none was measured.
  ///
  /// Packing reads and writes, so copy bandwidth bounds it; what reads weights or a cache is bound by read bandwidth, and what
  /// reads activations alone, which are hot, by arithmetic. int8 products are held against vpdpbusd where the machine has it, all
  /// other arithmetic against f32 multiply-adds.
  package func bound(_ problem: Problem, cost: Cost, threads: Int) -> (kind: Roof.Kind, nanoseconds: Double)? {
    let integer = problem.family == .qmatmul && problem.activation == .a8
    let arithmetic = integer && roofs.value(.vpdpbusd, threads: threads) != nil ? Roof.Kind.vpdpbusd : .fmaF32
    var amounts = [(kind: arithmetic, amount: cost.operations)]
    switch problem.family {
    case .quantize, .dequantize: amounts.append((.copy, cost.bytes))
    case .qmatmul, .matmul, .lowrank, .attention: amounts.append((.dramRead, cost.bytes))
    case .statistic, .quantizeActivations: break
    }
    // GB/s and GOP/s are bytes and operations a nanosecond.
    return amounts.compactMap { kind, amount in
      roofs.value(kind, threads: threads).flatMap { $0 > 0 ? (kind: kind, nanoseconds: amount / $0) : nil }
    }.max { $0.nanoseconds < $1.nanoseconds }
  }

  /// Writes the bounding roof and the share of it that the median reaches into `result`.
  package func judge(_ result: inout CandidateResult) {
    guard let bound = bound(result.problem, cost: result.cost, threads: result.configuration.threads) else { return }
    result.roof = bound.kind.rawValue
    result.share = result.timing.map { bound.nanoseconds / max($0.medianNanoseconds, .leastNonzeroMagnitude) }
  }
}
