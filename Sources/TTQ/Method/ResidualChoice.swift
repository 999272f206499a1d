internal import Kernels
internal import Records

extension KernelBinder {
  /// Whether quantizing reads a kept residual in place of weights and factors, which it then does as `kept` instead of `formed`.
  ///
  /// - Parameter needsWeights: the session multiplies by the weights themselves, so that keeping the residual would double them.
  mutating func keepsResidual(
    _ mode: ResidualMode, formed: Problem, kept: Problem, layout: PackedLayout, needsWeights: Bool
  ) -> Bool {
    switch mode {
    case .formed: return false
    case .kept: return true
    case .auto:
      guard !needsWeights, let forming = lookup.nanoseconds(QuantizeFamily(), for: formed, layout: layout),
        let reading = lookup.nanoseconds(QuantizeFamily(), for: kept, layout: layout)
      else { return false }
      let keeps = reading < forming
      explain(
        "residual of \(formed.name): \(keeps ? "kept" : "formed in the pass"), quantizing takes "
          + "\(Int(reading / 1000)) us of it and \(Int(forming / 1000)) us of weights and factors (plan)")
      return keeps
    }
  }
}
