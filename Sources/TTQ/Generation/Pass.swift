internal import Kernels

/// What a run of tokens goes through.
enum Pass {
  /// Full precision, and nothing is learned.
  case full
  /// Full precision while the activations are measured.
  case measure
  /// As `measure`; what can be is quantized for all that it saw so far, in the same pass over the weights.
  case measureWhileQuantizing
  /// Each problem is measured, quantized for all that it saw so far, then used.
  case measureAndQuantize
  /// The quantized weights as they are.
  case quantized

  var measures: Bool { isFull && self != .full || quantizes }
  var quantizes: Bool { self == .measureAndQuantize }
  var isFull: Bool { self == .full || self == .measure || self == .measureWhileQuantizing }
}

/// Takes linear problems through a pass and charges the time.
struct PassRunner: Sendable {
  let pool: ThreadPool
  let rule: ScaleRule
  let leastTokens: Int
  let driftThreshold: Double

  /// y = W x or Q (x / D) for the first `tokens` rows of `x`, after measuring them and quantizing where `pass` says so.
  func callAsFunction(
    _ linear: Linear, _ x: borrowing TokenRows, _ tokens: Int, formatted: inout PackedActivations,
    into y: inout TokenRows, _ pass: Pass, clock: inout StageClock
  ) throws(EngineError) {
    if pass.measures { measure(linear, x, tokens, clock: &clock) }
    if pass.quantizes { try quantize(linear, clock: &clock) }
    if try !multiplyAndQuantize(linear, x, tokens, into: &y, pass) {
      multiply(linear, x, 0..<tokens, formatted: &formatted, into: &y, pass)
    }
    clock.charge(.multiply)
    if let bias = linear.weights.bias { addBias(bias, tokens, to: &y) }
  }

  private func multiplyAndQuantize(
    _ linear: Linear, _ x: borrowing TokenRows, _ tokens: Int, into y: inout TokenRows, _ pass: Pass
  ) throws(EngineError) -> Bool {
    guard pass == .measureWhileQuantizing else { return false }
    var y = y.mutable(tokens)
    return try linear.multiplyAndQuantize(
      x.rows(0..<tokens), into: &y, rule: rule, leastTokens: leastTokens, threshold: driftThreshold, pool: pool)
  }

  func measure(_ linear: Linear, _ x: borrowing TokenRows, _ tokens: Int, clock: inout StageClock) {
    linear.measure(x.rows(0..<tokens), rule: rule, pool: pool)
    clock.charge(.statistic)
  }

  /// Quantizes for what was measured so far where that drifted, or by more than `threshold` where one is given.
  func quantize(
    _ linear: Linear, threshold: Double? = nil, clock: inout StageClock
  ) throws(EngineError) {
    try linear.quantize(rule: rule, leastTokens: leastTokens, threshold: threshold ?? driftThreshold, pool: pool)
    clock.charge(.quantize)
  }

  /// Multiplies the rows `tokens` of `x` into the first rows of `y`.
  func multiply(
    _ linear: Linear, _ x: borrowing TokenRows, _ tokens: Range<Int>, formatted: inout PackedActivations,
    into y: inout TokenRows, _ pass: Pass
  ) {
    var y = y.mutable(tokens.count)
    if pass.isFull || !linear.use.quantized {
      linear.multiplyFull(x.rows(tokens), into: &y, pool: pool)
    } else {
      linear.multiplyQuantized(x.rows(tokens), formatted: &formatted, into: &y, pool: pool)
    }
  }
}
