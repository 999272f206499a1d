internal import Kernels
package import Records

/// A model's linear problems with what a text says of their inputs, gathered in full precision.
package struct Calibration: Sendable {
  private let gathered: [(weights: LinearWeights, moments: InputMoments)]

  /// Runs `windows` through the model.
  package init(_ model: LanguageModel, _ windows: Windows, options: SessionOptions) throws(EngineError) {
    var options = options
    guard case .success(let blas) = OpenBLAS.loaded else {
      throw .invalidOption("calibration needs OpenBLAS: libopenblas.so.0 was not found")
    }
    options.method = .ttq
    options.prefill = .exact
    options.search = 0
    options.rule = ScaleRule()
    options.format = .q4g32
    options.calibrator = blas
    options.frozen = [:]
    options.context = windows.tokens[0].count
    let session = try Session(model, options)
    for window in windows.tokens {
      session.reset()
      try session.prefill(window)
    }
    gathered = session.moments
  }

  /// Every problem that is quantized, by name.
  package func freeze(
    _ method: FrozenMethod, format: WeightFormat
  ) throws(EngineError) -> [String: FrozenLinear] {
    var result: [String: FrozenLinear] = [:]
    for (weights, moments) in gathered {
      guard let frozen = method.freeze(weights, moments, format: format) else { throw .beyondHalf(weights.name) }
      result[weights.name] = frozen
    }
    return result
  }
}
