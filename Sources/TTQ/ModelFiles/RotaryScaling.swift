/// How the frequencies of the rotary embedding are changed for contexts longer than those first trained on.
package enum RotaryScaling: Hashable, Sendable {
  case none
  /// All are divided by the same factor.
  case linear(Double)
  /// Each is divided by its own: one for every pair of elements.
  case divisors([Double])
  case llama3(Llama3)
  case yarn(YaRN)

  /// The parameters of Llama 3.1: frequencies whose wavelength passes `originalPositions / lowFrequencyFactor` are
  /// divided by `factor`, those below `originalPositions / highFrequencyFactor` stay, those between are blended.
  package struct Llama3: Hashable, Sendable {
    package let factor: Double
    package let lowFrequencyFactor: Double
    package let highFrequencyFactor: Double
    package let originalPositions: Int
  }
}

/// Base and scaling of the rotary embedding.
package struct RotaryParameters: Hashable, Sendable {
  package let theta: Double
  package let scaling: RotaryScaling

  package init(theta: Double, scaling: RotaryScaling = .none) {
    self.theta = theta
    self.scaling = scaling
  }
}

extension RotaryParameters {
  /// Of the layers that see everything, from either spelling of `config.json`: transformers 5 writes all under `rope_parameters`, there
  /// by the kind of layer where kinds differ; 4 writes `rope_theta` and, if there is one, `rope_scaling`.
  init(_ root: JSONField, theta fallback: Double) throws(ModelFileError) {
    let positions = root["original_max_position_embeddings"].ifPresent ?? root["max_position_embeddings"]
    let all = root["rope_parameters"].ifPresent ?? root["rope_scaling"]
    _ = try all.members()
    let field = all["full_attention"].ifPresent ?? all
    try self.init(field, theta: field["rope_theta"].ifPresent ?? root["rope_theta"], fallback, positions: positions)
    let part = field["partial_rotary_factor"].ifPresent ?? root["partial_rotary_factor"]
    guard try part.ifPresent?.positive() ?? 1 == 1 else { throw part.unsupported("1") }
  }

  /// Of the layers that see a window; transformers 4 writes their base alone.
  init(ofSlidingLayers root: JSONField) throws(ModelFileError) {
    let field = root["rope_parameters"]["sliding_attention"]
    try self.init(
      field, theta: field["rope_theta"].ifPresent ?? root["rope_local_base_freq"], 10_000,
      positions: root["max_position_embeddings"])
  }

  private init(
    _ field: JSONField, theta: JSONField, _ fallback: Double, positions: JSONField
  ) throws(ModelFileError) {
    self.init(
      theta: try theta.ifPresent?.positive() ?? fallback, scaling: try RotaryScaling(field, positions: positions))
  }
}

extension RotaryScaling {
  /// `positions` are those that the model was first trained with, where `field` does not say it.
  fileprivate init(_ field: JSONField, positions: JSONField) throws(ModelFileError) {
    let type = field["rope_type"].ifPresent ?? field["type"]
    switch try type.ifPresent?.string() ?? "default" {
    case "default": self = .none
    case "linear": self = .linear(try field["factor"].positive())
    case "llama3":
      let low = try field["low_freq_factor"].positive()
      let high = try field["high_freq_factor"].positive()
      guard low < high else { throw field["high_freq_factor"].expected("more than low_freq_factor \(low)") }
      self = .llama3(
        Llama3(
          factor: try field["factor"].positive(), lowFrequencyFactor: low, highFrequencyFactor: high,
          originalPositions: try field["original_max_position_embeddings"].integer(in: 1...1 << 31)))
    case "yarn": self = .yarn(try YaRN(field, positions: positions))
    default: throw type.unsupported("default linear llama3 yarn")
    }
  }
}
