package import Records

/// What a model asks of the kernels: the problems to tune for its shapes.
package enum TuningProblems {
  /// Positions in the cache at which attention is tuned.
  static let cachedPositions = 512

  /// The problems of `shapes`, each once, matrix after matrix so that its cold copies serve all that read them.
  ///
  /// Matrices are always quantized the plain way, too, by which layouts are chosen.
  ///
  /// The LM head is computed for the last token of a prompt and for generated ones, so it is never tuned for many.
  package static func all(
    of shapes: [ModelShape], format: WeightFormat, activation: ActivationFormat = .a8, cache: CacheType = .f32,
    norm: NormOrder = .two, ways: QuantizingWays = QuantizingWays()
  ) -> [Problem] {
    var seen: Set<Problem> = []
    let matrices = shapes.flatMap { shape in
      shape.linears.flatMap { matrix($0, element: shape.element, format: format, activation: activation, ways: ways) }
    }
    let inputs = shapes.flatMap { shape in
      shape.linears.flatMap { input(k: $0.k, format: format, activation: activation, norm: norm) }
    }
    return (matrices + inputs + shapes.flatMap { attention($0, cache: cache) }).filter { seen.insert($0).inserted }
  }

  /// Quantizing an N x K matrix, multiplying by it, and multiplying in full precision, alone and while it is quantized.
  private static func matrix(
    _ linear: LinearShape, element: ElementType, format: WeightFormat, activation: ActivationFormat,
    ways: QuantizingWays
  ) -> [Problem] {
    let (n, k) = (linear.n, linear.k)
    let classes: [TokenClass] = linear.isHead ? [.one, .few] : TokenClass.allCases
    let exact: [TokenClass] = linear.isHead ? [.one] : [.one, .many]
    let fused: [TokenClass] = linear.isHead ? [] : [.many]
    let plain = Problem(family: .quantize, n: n, k: k, format: format, element: element)
    return [plain] + ways.problems(plain)
      + classes.map {
        Problem(family: .qmatmul, n: n, k: k, tokens: $0.representative, format: format, activation: activation)
      } + ways.products(n: n, k: k, classes: classes)
      + exact.map { Problem(family: .matmul, n: n, k: k, tokens: $0.representative, element: element) }
      + fused.map {
        Problem(family: .matmulQuantize, n: n, k: k, tokens: $0.representative, format: format, element: element)
      }
  }

  /// What is done to the activations of K channels before a product.
  private static func input(
    k: Int, format: WeightFormat, activation: ActivationFormat, norm: NormOrder
  ) -> [Problem] {
    [TokenClass.one, .many].map {
      Problem(
        family: .quantizeActivations, k: k, tokens: $0.representative, format: format, activation: activation)
    } + [Problem(family: .statistic, k: k, tokens: TokenClass.many.representative, norm: norm)]
  }

  private static func attention(_ shape: ModelShape, cache: CacheType) -> [Problem] {
    [TokenClass.one, .many].map {
      Problem(
        family: .attention, n: shape.heads * shape.headDimension, k: cachedPositions, tokens: $0.representative,
        heads: HeadShape(keyValueHeads: shape.keyValueHeads, dimension: shape.headDimension), cache: cache)
    }
  }
}

extension LinearShape {
  /// Whether this is the product over the vocabulary.
  package var isHead: Bool { name == "lm_head" }
}
