/// How the weights of the linear layers enter a product.
public enum Method: String, CaseIterable, Hashable, Sendable {
  /// As the model file has them.
  case full
  /// Rounded to nearest in groups, whatever the activations are.
  case rtn
  /// Scaled by what the prompt's activations say, then rounded (test-time quantization).
  case ttq
}

/// What the prompt itself runs through while its activations are measured.
public enum PrefillMode: String, CaseIterable, Hashable, Sendable, CustomStringConvertible {
  /// The quantized weights: each layer is measured on its own input, quantized, and then used.
  case quantized
  /// The full weights; only what follows the prompt meets the quantized ones.
  case exact

  public var description: String { rawValue }
}

/// Where quantizing finds what low-rank factors leave of the weights.
package enum ResidualMode: String, CaseIterable, Hashable, Sendable {
  /// Formed from weights and factors in every pass.
  case formed
  /// Formed once, in bf16, and kept in place of the weights.
  case kept
  /// Kept where the plan has it faster and the weights themselves are not needed.
  case auto
}
