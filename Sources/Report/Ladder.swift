internal import Records

/// The order in which alternatives are shown: the reference first, then each step towards the machine.
enum Ladder {
  /// Beginnings of the implementation part of a variant's name, lowest step first. A later match counts, so that
  /// `avx512vnni` is not taken for `avx512`.
  private static let steps = [
    "reference", "scalar", "portable", "simd", "tiled", "openblas", "neon", "dotprod", "avx2", "avxvnni", "avx512",
    "avx512bitalg", "avx512bf16", "avx512vnni", "amx",
  ]

  /// The step of `a8/avx512vnni_r16x1`; unknown names stand above all known ones.
  static func step(_ variant: String) -> Int {
    let implementation = variant.split(separator: "/").last ?? ""
    return steps.lastIndex { implementation.hasPrefix($0) } ?? steps.count
  }

  /// Whether the variant is the ordinary code that the others are checked against.
  static func isReference(_ variant: String) -> Bool { step(variant) <= 1 }

  /// Results by thread count and split, then step; equals keep the journal's order.
  static func sorted(_ results: [CandidateResult]) -> [CandidateResult] {
    results.enumerated().sorted { a, b in
      let (x, y) = (a.element, b.element)
      return (x.configuration.threads, split(x), step(x.variant), a.offset)
        < (y.configuration.threads, split(y), step(y.variant), b.offset)
    }.map(\.element)
  }

  private static func split(_ result: CandidateResult) -> Int {
    Configuration.Split.allCases.firstIndex(of: result.configuration.split) ?? 0
  }
}
