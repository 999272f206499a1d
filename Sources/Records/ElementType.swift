/// The element type of a tensor as it lies in memory: a model's weights, or the values of a cache.
package enum ElementType: String, Codable, Hashable, Sendable, CaseIterable {
  case f32, f16, bf16

  /// Bytes of one element.
  package var bytes: Int { self == .f32 ? 4 : 2 }
}

/// How activations enter a quantized product.
package enum ActivationFormat: String, Codable, Hashable, Sendable, CaseIterable {
  /// x / D in single precision.
  case f32
  /// x / D quantized symmetrically to int8, one scale for each (token, group).
  case a8

  /// Bytes of one activation.
  package var bytes: Int { self == .f32 ? 4 : 1 }
}
