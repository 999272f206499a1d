internal import CKernels
internal import Records

/// `quantizeActivations` on random activations.
final class QuantizeActivationsTrial: Trial {
  let copies = 1
  private let operation: QuantizeActivations
  private let pool: ThreadPool
  private let problem: Problem
  private let group: Int
  private let x: AlignedBuffer<Float>
  private let inverseScale: AlignedBuffer<Float>
  private let packed: PackedActivations

  init(
    variant: Variant<QuantizeActivationsKernel>, problem: Problem, configuration: Configuration, pool: ThreadPool,
    seed: UInt64
  ) {
    operation = QuantizeActivations(variant, configuration)
    self.pool = pool
    self.problem = problem
    group = problem.format?.group ?? 32
    x = TrialActivations.make(tokens: problem.tokens, k: problem.k, seed: seed)
    var random = TrialRandom(seed: seed &+ 1)
    var inverse = AlignedBuffer<Float>(repeating: 0, count: problem.k)
    var span = inverse.mutableSpan
    for k in 0..<problem.k { span[k] = 0.5 + random.bell().magnitude }
    inverseScale = inverse
    packed = PackedActivations(
      capacity: problem.tokens, k: problem.k, group: group, format: variant.row.activation ?? .a8)
  }

  func run(copy: Int) {
    unsafe operation.run(arguments(into: packed), pool: pool)
  }

  private func arguments(into target: borrowing PackedActivations) -> ttq_quantize_activations_args {
    unsafe ttq_quantize_activations_args(
      x: x.pointer, x_stride: problem.k, tokens: problem.tokens, k: problem.k, group: group,
      inverse_scale: inverseScale.pointer,
      codes: target.codes.pointer, values: target.values.pointer, scale: target.scale.pointer, sum: target.sum.pointer)
  }

  /// int8 codes and scales must equal the reference's bit for bit; the error is that of the values and sums.
  func check() -> TrialCheck {
    let reference = PackedActivations(capacity: problem.tokens, k: problem.k, group: group, format: packed.format)
    let scalar = packed.format == .a8 ? QuantizeActivationsScalar.a8 : QuantizeActivationsScalar.f32
    unsafe QuantizeActivations(scalar, Configuration(threads: 1)).run(arguments(into: reference), pool: pool)
    run(copy: 0)
    for i in 0..<reference.codes.count where packed.codes[i] != reference.codes[i] {
      return TrialCheck(error: 1, fault: "code \(i) is \(packed.codes[i]), expected \(reference.codes[i])")
    }
    for i in 0..<reference.scale.count where packed.scale[i] != reference.scale[i] {
      return TrialCheck(error: 1, fault: "scale \(i) is \(packed.scale[i]), expected \(reference.scale[i])")
    }
    return TrialCheck(
      error: max(relativeError(packed.values, reference.values), relativeError(packed.sum, reference.sum)))
  }
}

/// The norm-wise error of `values` relative to `expected`; infinite where a value is not finite.
func relativeError(_ values: borrowing AlignedBuffer<Float>, _ expected: borrowing AlignedBuffer<Float>) -> Double {
  var difference = 0.0
  var norm = 0.0
  for i in 0..<values.count {
    guard values[i].isFinite else { return .infinity }
    let gap = Double(values[i]) - Double(expected[i])
    difference += gap * gap
    norm += Double(expected[i]) * Double(expected[i])
  }
  return norm > 0 ? (difference / norm).squareRoot() : difference.squareRoot()
}
