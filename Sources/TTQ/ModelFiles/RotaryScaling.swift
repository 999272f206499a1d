/// How the frequencies of the rotary embedding are changed for contexts longer than those first trained on.
package enum RotaryScaling: Hashable, Sendable {
  case none
  case llama3(Llama3)

  /// The parameters of Llama 3.1: frequencies whose wavelength passes `originalPositions / lowFrequencyFactor` are
  /// divided by `factor`, those below `originalPositions / highFrequencyFactor` stay, those between are blended.
  package struct Llama3: Hashable, Sendable {
    package let factor: Double
    package let lowFrequencyFactor: Double
    package let highFrequencyFactor: Double
    package let originalPositions: Int
  }
}

/// Base and scaling of the rotary embedding, from either spelling of the configuration.
struct RotaryParameters {
  let theta: Double
  let scaling: RotaryScaling

  /// Transformers 5 writes all under `rope_parameters`; 4 writes `rope_theta` and, if there is one, `rope_scaling`.
  init(_ root: JSONField) throws(ModelFileError) {
    let field = root["rope_parameters"].ifPresent ?? root["rope_scaling"]
    _ = try field.members()
    let theta = field["rope_theta"].ifPresent ?? root["rope_theta"]
    self.theta = try theta.ifPresent?.positive() ?? 10_000
    scaling = try RotaryScaling(field)
    let part = field["partial_rotary_factor"].ifPresent ?? root["partial_rotary_factor"]
    guard try part.ifPresent?.positive() ?? 1 == 1 else { throw part.unsupported("1") }
  }
}

extension RotaryScaling {
  fileprivate init(_ field: JSONField) throws(ModelFileError) {
    let type = field["rope_type"].ifPresent ?? field["type"]
    switch try type.ifPresent?.string() ?? "default" {
    case "default": self = .none
    case "llama3":
      let low = try field["low_freq_factor"].positive()
      let high = try field["high_freq_factor"].positive()
      guard low < high else { throw field["high_freq_factor"].expected("more than low_freq_factor \(low)") }
      self = .llama3(
        Llama3(
          factor: try field["factor"].positive(), lowFrequencyFactor: low, highFrequencyFactor: high,
          originalPositions: try field["original_max_position_embeddings"].integer(in: 1...1 << 31)))
    default: throw type.unsupported("default llama3")
    }
  }
}
