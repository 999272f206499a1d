package import Records

/// What a variant is, apart from its code: one row of `ttq kernels`.
package struct VariantRow: Hashable, Sendable {
  /// The name within the family: `<formats>/<isa>_<tile>`, such as `a8/avx512vnni_r16x1`.
  package var name: String
  /// Raised whenever the variant's file changes; measurements of another revision do not count.
  package var revision: Int
  package var isa: ISA
  /// What it does differently from the rung below, in a few words.
  package var summary: String
  /// The source file, within the package.
  package var file: String
  /// Code widths it handles; empty where the family has none.
  package var bits: [Int] = []
  /// Element type that it reads, or nil where the family has none.
  package var element: ElementType?
  package var activation: ActivationFormat?
  /// The type of cache that it reads, or nil where the family has none.
  package var cache: CacheType?
  /// The packed layout that it reads or writes.
  package var layout: PackedLayout?
  /// The least token count it is meant for; below, it is not a candidate.
  package var leastTokens = 1
  /// Groups of K that it can take at once where it heeds `Stream`; 0 where it walks its weights in one way.
  package var unrolls = 0
  /// The largest error that is correct, where the variant rounds more by design than its family allows; nil for the family's.
  package var tolerance: Double?
  /// The head dimensions it can take, or nil for any.
  package var headDimensions: ClosedRange<Int>?
  package var needsOpenBLAS = false
  /// Whether it is made for a range search (`quantize`), or nil where it takes problems with and without.
  package var searches: Bool? = false
  /// Whether it differs from the rung below only where there are low-rank factors (`quantize`).
  package var needsFactors = false

  /// Why the variant cannot serve `problem`, or nil where it can.
  package func constraint(against problem: Problem) -> String? {
    if let format = problem.format, !bits.isEmpty, !bits.contains(format.bits) {
      return "has no \(format.bits)-bit form"
    }
    if let format = problem.format, let layout, layout.side != format.side {
      return "layout \(layout.rawValue) keeps scales and minima in \(layout.side.rawValue)"
    }
    if let element, let wanted = problem.element, element != wanted { return "reads \(element.rawValue)" }
    if let activation, activation != problem.activation ?? .f32 { return "takes \(activation.rawValue) activations" }
    if let cache, let wanted = problem.cache, cache != wanted { return "reads a cache of \(cache.rawValue)" }
    if let searches, searches != (problem.search > 0) {
      return searches ? "meant for a range search" : "has no range search"
    }
    if needsFactors, problem.rank == 0 { return "meant for low-rank factors" }
    if let headDimensions, let heads = problem.heads, !headDimensions.contains(heads.dimension) {
      return "takes heads of at most \(headDimensions.upperBound)"
    }
    if problem.tokens > 0, problem.tokens < leastTokens { return "meant for \(leastTokens) tokens or more" }
    return nil
  }

  /// Why this machine cannot run the variant, or nil where it can.
  package func unsupported(by isa: ISA) -> String? {
    if !isa.isSuperset(of: self.isa) { return "needs \(self.isa.subtracting(isa).text)" }
    if needsOpenBLAS, case .failure(let error) = OpenBLAS.loaded { return error.description }
    return nil
  }
}

/// One way to compute a family's operation.
package struct Variant<Kernel: Sendable>: Sendable {
  package let row: VariantRow
  /// Floats of scratch memory that each thread needs for a problem.
  package let scratchFloats: @Sendable (Problem) -> Int
  package let kernel: Kernel

  package init(_ row: VariantRow, scratchFloats: @escaping @Sendable (Problem) -> Int = { _ in 0 }, kernel: Kernel) {
    self.row = row
    self.scratchFloats = scratchFloats
    self.kernel = kernel
  }
}
