/// One operation of test-time quantized inference; the folder of `Kernels` with the same name holds its contract.
package enum FamilyName: String, Codable, Hashable, Sendable, CaseIterable {
  case statistic, quantizeActivations, quantize, dequantize, qmatmul, matmul, matmulQuantize, lowrank,
    attention

  /// Whether two other families do the same one after the other, so that its reference alone is not worth running.
  package var isComposite: Bool { self == .matmulQuantize }
}

/// The heads of an attention problem.
package struct HeadShape: Codable, Hashable, Sendable {
  /// Key/value heads; each serves `heads / keyValueHeads` query heads.
  package let keyValueHeads: Int
  /// Elements of one head.
  package let dimension: Int

  package init(keyValueHeads: Int, dimension: Int) {
    self.keyValueHeads = keyValueHeads
    self.dimension = dimension
  }
}

/// What is asked of a family: the shape and the formats, without the answer (variant and configuration).
///
/// N output channels, K input channels, T tokens. For `attention`, N is query heads x head dimension and K the cached
/// positions. Fields that a family has no use for are 0 or nil.
package struct Problem: Codable, Hashable, Sendable {
  package var family: FamilyName
  package var n: Int
  package var k: Int
  package var tokens: Int
  /// The quantized weight format (`quantize`, `dequantize`, `qmatmul`, `matmulQuantize`; the group alone counts in
  /// `quantizeActivations`).
  package var format: WeightFormat?
  /// The element type of the weights that are read (`quantize`, `matmul`, `matmulQuantize`).
  package var element: ElementType?
  /// How activations enter (`qmatmul`, `matmul`, `matmulQuantize`) or leave (`quantizeActivations`); nil is f32.
  package var activation: ActivationFormat?
  package var heads: HeadShape?
  /// How keys and values are kept (`attention`).
  package var cache: CacheType?
  /// The norm that is gathered (`statistic`), or nil where it is the usual one, p = 2.
  package var norm: NormOrder?
  /// `rank`, or nil where it is 0: left out of what is recorded.
  private var factors: Int?
  /// `search`, or nil where it is 0: left out of what is recorded.
  private var candidates: Int?

  private enum CodingKeys: String, CodingKey {
    case family, n, k, tokens, format, element, activation, heads, cache, norm
    case factors = "rank"
    case candidates = "search"
  }

  package init(
    family: FamilyName, n: Int = 0, k: Int, tokens: Int = 0, format: WeightFormat? = nil, element: ElementType? = nil,
    activation: ActivationFormat? = nil, heads: HeadShape? = nil, cache: CacheType? = nil, norm: NormOrder = .two,
    rank: Int = 0, search: Int = 0
  ) {
    self.family = family
    self.n = n
    self.k = k
    self.tokens = tokens
    self.format = format
    self.element = element
    self.activation = activation
    self.heads = heads
    self.cache = cache
    self.norm = norm == .two ? nil : norm
    self.rank = rank
    self.search = search
  }

  /// Columns of the low-rank factors taken from the weights before they are quantized (`quantize`) and multiplied by apart
  /// (`lowrank`); 0 for none.
  package var rank: Int {
    get { factors ?? 0 }
    set { factors = newValue == 0 ? nil : newValue }
  }

  /// Ranges that are tried for each group (`quantize`); 0 where the range is that of the values.
  package var search: Int {
    get { candidates ?? 0 }
    set { candidates = newValue == 0 ? nil : newValue }
  }

  /// Whether a matrix is quantized whole and in the ranges of its values.
  package var isPlain: Bool { rank == 0 && search == 0 }

  /// The question of quantizing what low-rank factors left of the matrix and bf16 holds, instead of forming it.
  package var ofKeptResidual: Problem {
    var problem = self
    problem.rank = 0
    problem.element = .bf16
    return problem
  }

  /// Rows of a matrix at most whose error is measured where alpha is chosen for each prompt: with more of them the choice hardly changes.
  package static let sampledRows = 32

  /// The formats part of a name: `q4g32/a8`, `q4g32/bf16`, `q4g32/r16/bf16`, `f32`.
  package var formatName: String {
    let parts: [String?] = [
      format?.description, rank > 0 ? "r\(rank)" : nil, search > 0 ? "search\(search)" : nil, activation?.rawValue,
      element?.rawValue, cache?.rawValue,
      norm.map { "p\($0.rawValue)" },
    ]
    return parts.compactMap { $0 }.joined(separator: "/")
  }

  /// The problem as one word for keys and logs: `qmatmul/q4g32/a8/3072x1024/t1`.
  package var name: String {
    let shape = n > 0 ? "\(n)x\(k)" : "\(k)"
    let head = heads.map { "h\($0.keyValueHeads)d\($0.dimension)" }
    let parts = [family.rawValue, formatName, shape, head, tokens > 0 ? "t\(tokens)" : nil]
    return parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "/")
  }
}

/// The token counts that share a tuned kernel: a plan holds one row for each class, measured at its representative.
package enum TokenClass: Int, Codable, Hashable, Sendable, CaseIterable {
  case one = 1
  case few = 8
  case some = 64
  case many = 512

  /// The class of a product over `tokens` tokens: 1, 2...16, 17...128, 129 and more.
  package init(tokens: Int) {
    self = Self.allCases.first { tokens <= $0.largest ?? .max } ?? .many
  }

  /// The most tokens of the class; nil where it has no bound.
  package var largest: Int? {
    switch self {
    case .one: 1
    case .few: 16
    case .some: 128
    case .many: nil
    }
  }

  /// The token count at which the class is measured.
  package var representative: Int { rawValue }
}
