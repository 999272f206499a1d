/// The element type of a tensor as it lies in memory: a model's weights, or the values of a cache.
package enum ElementType: String, Codable, Hashable, Sendable, CaseIterable {
  case f32, f16, bf16

  /// Bytes of one element.
  package var bytes: Int { self == .f32 ? 4 : 2 }
}

/// How activations enter a product.
package enum ActivationFormat: String, Codable, Hashable, Sendable, CaseIterable {
  /// Single precision; x / D where the weights are quantized.
  case f32
  /// x / D quantized symmetrically to int8, one scale for each (token, group).
  case a8
  /// x rounded to the nearest bf16, ties to even: products in full precision alone.
  case bf16

  /// Bytes of one activation.
  package var bytes: Int {
    switch self {
    case .f32: 4
    case .a8: 1
    case .bf16: 2
    }
  }
}
