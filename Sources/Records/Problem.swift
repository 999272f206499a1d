/// One operation of test-time quantized inference; the folder of `Kernels` with the same name holds its contract.
package enum FamilyName: String, Codable, Hashable, Sendable, CaseIterable {
  case statistic, quantizeActivations, quantize, dequantize, qmatmul, matmul, attention
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
  /// The quantized weight format (`quantize`, `dequantize`, `qmatmul`; the group alone counts in `quantizeActivations`).
  package var format: WeightFormat?
  /// The element type that is read: of the weights (`quantize`, `matmul`) or of the cache (`attention`).
  package var element: ElementType?
  /// How activations enter (`qmatmul`) or leave (`quantizeActivations`).
  package var activation: ActivationFormat?
  package var heads: HeadShape?
  /// Columns of the low-rank factors taken from the weights before they are quantized (`quantize`); 0 for none.
  package var rank: Int

  package init(
    family: FamilyName, n: Int = 0, k: Int, tokens: Int = 0, format: WeightFormat? = nil, element: ElementType? = nil,
    activation: ActivationFormat? = nil, heads: HeadShape? = nil, rank: Int = 0
  ) {
    self.family = family
    self.n = n
    self.k = k
    self.tokens = tokens
    self.format = format
    self.element = element
    self.activation = activation
    self.heads = heads
    self.rank = rank
  }

  private enum CodingKeys: CodingKey {
    case family, n, k, tokens, format, element, activation, heads, rank
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    family = try values.decode(FamilyName.self, forKey: .family)
    n = try values.decode(Int.self, forKey: .n)
    k = try values.decode(Int.self, forKey: .k)
    tokens = try values.decode(Int.self, forKey: .tokens)
    format = try values.decodeIfPresent(WeightFormat.self, forKey: .format)
    element = try values.decodeIfPresent(ElementType.self, forKey: .element)
    activation = try values.decodeIfPresent(ActivationFormat.self, forKey: .activation)
    heads = try values.decodeIfPresent(HeadShape.self, forKey: .heads)
    rank = try values.decodeIfPresent(Int.self, forKey: .rank) ?? 0
  }

  /// A rank of 0 is left out: what was recorded before there were ranks reads and writes as it did.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(family, forKey: .family)
    try values.encode(n, forKey: .n)
    try values.encode(k, forKey: .k)
    try values.encode(tokens, forKey: .tokens)
    try values.encodeIfPresent(format, forKey: .format)
    try values.encodeIfPresent(element, forKey: .element)
    try values.encodeIfPresent(activation, forKey: .activation)
    try values.encodeIfPresent(heads, forKey: .heads)
    if rank > 0 { try values.encode(rank, forKey: .rank) }
  }

  /// The formats part of a name: `q4g32/a8`, `q4g32/bf16`, `q4g32/r16/bf16`, `f32`.
  package var formatName: String {
    [format?.description, rank > 0 ? "r\(rank)" : nil, activation?.rawValue, element?.rawValue].compactMap { $0 }
      .joined(separator: "/")
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
    self =
      switch tokens {
      case ...1: .one
      case ...16: .few
      case ...128: .some
      default: .many
      }
  }

  /// The token count at which the class is measured.
  package var representative: Int { rawValue }
}
