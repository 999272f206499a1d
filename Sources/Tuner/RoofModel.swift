package import Records

/// Which measured ceiling bounds a problem: the one that predicts the longer time.
package struct RoofModel: Sendable {
  private let roofs: RoofSet

  package init(_ roofs: RoofSet) {
    self.roofs = roofs
  }

  /// The ceilings of a problem's arithmetic: the first one that this machine, as masked, has is the one that counts.
  ///
  /// int8 products are held against vpdpbusd, or vpmaddubsw where there is none, products of bf16 against vdpbf16ps, all other
  /// arithmetic against f32 multiply-adds.
  package static func arithmetic(of problem: Problem) -> [Roof.Kind] {
    switch (problem.family, problem.activation, problem.element) {
    case (.qmatmul, .a8, _): [.vpdpbusd, .vpmaddubsw, .fmaF32]
    case (.matmul, .bf16, .bf16), (.matmulQuantize, .bf16, .bf16): [.vdpbf16ps, .fmaF32]
    default: [.fmaF32]
    }
  }

  /// The ceiling of the bytes that a problem moves, or nil where they are hot.
  ///
  /// Packing reads and writes, so copy bandwidth bounds it; what reads weights or a cache is bound by read bandwidth.
  package static func bandwidth(of problem: Problem) -> Roof.Kind? {
    switch problem.family {
    case .quantize, .dequantize, .matmulQuantize: .copy
    case .qmatmul, .matmul, .lowrank, .attention: .dramRead
    case .statistic, .quantizeActivations: nil
    }
  }

  /// The bounding roof of a problem of `cost` at `threads` threads and the time in nanoseconds that it allows, or nil where
  /// none was measured.
  package func bound(_ problem: Problem, cost: Cost, threads: Int) -> (kind: Roof.Kind, nanoseconds: Double)? {
    let arithmetic = Self.arithmetic(of: problem).first { roofs.value($0, threads: threads) != nil }
    // GB/s and GOP/s are bytes and operations a nanosecond.
    return [arithmetic, Self.bandwidth(of: problem)].compactMap { kind in
      guard let kind, let roof = roofs.value(kind, threads: threads), roof > 0 else { return nil }
      return (kind: kind, nanoseconds: cost.amount(under: kind) / roof)
    }.max { $0.nanoseconds < $1.nanoseconds }
  }

  /// Writes the bounding roof and the share of it that the median reaches into `result`.
  package func judge(_ result: inout CandidateResult) {
    guard let bound = bound(result.problem, cost: result.cost, threads: result.configuration.threads) else { return }
    result.roof = bound.kind.rawValue
    result.share = result.timing.map { bound.nanoseconds / max($0.medianNanoseconds, .leastNonzeroMagnitude) }
  }
}

extension Cost {
  /// What a roof of `kind` limits: bytes or operations.
  package func amount(under kind: Roof.Kind) -> Double { kind.isBandwidth ? bytes : operations }
}
