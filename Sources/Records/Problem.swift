/// One operation of test-time quantized inference; the folder of `Kernels` with the same name holds its contract.
package enum FamilyName: String, Codable, Hashable, Sendable, CaseIterable {
  case statistic, quantizeActivations, quantize, dequantize, qmatmul, matmul, matmulQuantize, attention
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
  /// The quantized weight format (`quantize`, `dequantize`, `qmatmul`, `matmulQuantize`; the group alone counts in `quantizeActivations`).
  package var format: WeightFormat?
  /// The element type that is read: of the weights (`quantize`, `matmul`, `matmulQuantize`) or of the cache (`attention`).
  package var element: ElementType?
  /// How activations enter (`qmatmul`, `matmul`, `matmulQuantize`) or leave (`quantizeActivations`); nil is f32.
  package var activation: ActivationFormat?
  package var heads: HeadShape?

  package init(
    family: FamilyName, n: Int = 0, k: Int, tokens: Int = 0, format: WeightFormat? = nil, element: ElementType? = nil,
    activation: ActivationFormat? = nil, heads: HeadShape? = nil
  ) {
    self.family = family
    self.n = n
    self.k = k
    self.tokens = tokens
    self.format = format
    self.element = element
    self.activation = activation
    self.heads = heads
  }

  /// The formats part of a name: `q4g32/a8`, `q4g32/bf16`, `f32`.
  package var formatName: String {
    [format?.description, activation?.rawValue, element?.rawValue].compactMap { $0 }.joined(separator: "/")
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
