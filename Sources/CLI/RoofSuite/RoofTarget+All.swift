internal import Records

/// The targets: add a line, and it is measured, judged and printed.
extension RoofTarget {
  /// The shapes for problems without sizes of their own.
  static let shapes = [MatrixShape(n: 3072, k: 1024), MatrixShape(n: 4096, k: 4096)]

  /// In the order in which they are printed.
  package static let all: [RoofTarget] = [
    RoofTarget(
      operation: "qmatmul 4 bit, T = 1", problem: qmatmul(4, 1), claim: .share(of: .dramRead),
      thresholds: [1: 0.92, 2: 0.90]),
    RoofTarget(
      operation: "qmatmul 2 bit, T = 1", problem: qmatmul(2, 1), claim: .share(of: .dramRead),
      thresholds: [1: 0.75, 2: 0.75]),
    RoofTarget(
      operation: "qmatmul 2 bit, T = 1, over 4 bit", problem: qmatmul(2, 1), claim: .time(over: qmatmul(4, 1)),
      thresholds: [1: 1, 2: 1]),
    RoofTarget(
      operation: "qmatmul 3 bit, T = 1", problem: qmatmul(3, 1), claim: .share(of: .dramRead),
      thresholds: [1: 0.75, 2: 0.75]),
    RoofTarget(
      operation: "qmatmul 3 bit, T = 1, over 4 bit", problem: qmatmul(3, 1), claim: .time(over: qmatmul(4, 1)),
      thresholds: [1: 1, 2: 1]),
    RoofTarget(
      operation: "qmatmul 4 bit, T = 8", problem: qmatmul(4, 8), claim: .operations, thresholds: [1: 480, 2: 850]),
    RoofTarget(
      operation: "qmatmul 4 bit, T = 512, scales per (token, 32)", problem: qmatmul(4, 512),
      claim: .share(of: .vpdpbusd), thresholds: [1: 0.68, 2: 0.65]),
    RoofTarget(
      operation: "qmatmul 4 bit, T = 512, any correct variant", problem: qmatmul(4, 512), claim: .share(of: .vpdpbusd),
      thresholds: [1: 0.78, 2: 0.73]),
    RoofTarget(
      operation: "qmatmul 2 bit, T = 512", problem: qmatmul(2, 512), claim: .share(of: .vpdpbusd),
      thresholds: [1: 0.62, 2: 0.58]),
    RoofTarget(
      operation: "qmatmul 3 bit, T = 512", problem: qmatmul(3, 512), claim: .share(of: .vpdpbusd),
      thresholds: [1: 0.62, 2: 0.58]),
    RoofTarget(
      operation: "qmatmul 5 bit, T = 512", problem: qmatmul(5, 512), claim: .share(of: .vpdpbusd),
      thresholds: [1: 0.62, 2: 0.58]),
    RoofTarget(
      operation: "qmatmul 8 bit, T = 512", problem: qmatmul(8, 512), claim: .share(of: .vpdpbusd),
      thresholds: [1: 0.62, 2: 0.58]),
    RoofTarget(
      operation: "matmul bf16, T = 512", problem: matmul, claim: .share(of: .vdpbf16ps),
      thresholds: [1: 0.8, 2: 0.75]),
    RoofTarget(
      operation: "quantize bf16 to 4 bit", problem: quantize, claim: .weights, thresholds: [1: 11]),
    RoofTarget(
      operation: "quantize bf16 to 4 bit", problem: quantize, claim: .share(of: .copy), thresholds: [1: 0.5, 2: 0.5]),
    RoofTarget(
      operation: "quantize bf16 to 4 bit, r = 16", problem: quantizeResidual, claim: .weights,
      thresholds: [1: 6, 2: 10]),
    RoofTarget(
      operation: "matmul + quantize fused, T = 512, over matmul", problem: fused, claim: .time(over: matmul),
      thresholds: [1: 1.05, 2: 1.05]),
    RoofTarget(
      operation: "attention, f32 cache, T = 1", problem: attention(.f32), claim: .share(of: .dramRead),
      thresholds: [1: 0.7, 2: 0.7]),
    RoofTarget(
      operation: "attention, f16 cache, T = 1", problem: attention(.f16), claim: .share(of: .dramRead),
      thresholds: [1: 0.7, 2: 0.7]),
    RoofTarget(
      operation: "attention, int8 cache, T = 1", problem: attention(.int8), claim: .share(of: .dramRead),
      thresholds: [1: 0.7, 2: 0.7]),
    RoofTarget(
      operation: "qmatmul 4 bit, T = 1", problem: qmatmul(4, 1), claim: .share(of: .dramRead), thresholds: [1: 0.8],
      isaLimit: "avx2"),
    RoofTarget(
      operation: "qmatmul 4 bit, T = 512", problem: qmatmul(4, 512), claim: .share(of: .vpmaddubsw),
      thresholds: [1: 0.6], isaLimit: "avx2"),
  ]

  /// int8 activations, groups of 32.
  private static func qmatmul(_ bits: Int, _ tokens: Int) -> Problem {
    Problem(
      family: .qmatmul, k: 0, tokens: tokens, format: WeightFormat(bits: bits, group: 32), activation: .a8)
  }

  private static let matmul = Problem(
    family: .matmul, k: 0, tokens: 512, element: .bf16, activation: .bf16)

  private static let quantize = Problem(family: .quantize, k: 0, format: .q4g32, element: .bf16)

  private static let quantizeResidual = Problem(
    family: .quantize, k: 0, format: .q4g32, element: .bf16, rank: 16)

  private static let fused = Problem(
    family: .matmulQuantize, k: 0, tokens: 512, format: .q4g32, element: .bf16, activation: .bf16)

  /// One token over 4096 cached positions, 16 query heads on 8 key/value heads of 128.
  private static func attention(_ cache: CacheType) -> Problem {
    Problem(
      family: .attention, n: 2048, k: 4096, tokens: 1, heads: HeadShape(keyValueHeads: 8, dimension: 128),
      cache: cache)
  }
}
