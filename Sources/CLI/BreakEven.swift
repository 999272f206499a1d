internal import Measure
internal import TTQ

/// After how many generated tokens a prompt's statistic and quantizing have paid for themselves against full precision.
///
/// Measured on the session and on one in full precision beside it, in turns, a token each, both at the same number of cached positions.
struct BreakEven {
  /// Nanoseconds that the prompt's statistic and quantizing took.
  let added: Int
  /// Nanoseconds of a token with quantized weights and in full precision.
  let quantized: Double
  let full: Double
  /// Cached positions at which they were measured.
  let positions: Int

  private static let rounds = 5

  /// nil where the session is in full precision itself, or has no room for what is measured; forgets what was generated in `session`.
  init?(_ generation: Generation, _ session: Session) throws(EngineError) {
    let positions = min(16, session.position, session.capacity - Self.rounds - 1)
    guard session.options.method != .full, positions > 0 else { return nil }
    let token = generation.tokens.first ?? 0
    var options = session.options
    options.method = .full
    options.context = positions + Self.rounds + 1
    let other = try Session(session.model, options)
    let before = [Int](repeating: token, count: positions)
    try other.prefill(before)
    if session.rewind(to: positions) < positions { try session.prefill(before) }
    var times: [[Double]] = [[], []]
    for round in 0...Self.rounds {
      for (index, session) in [session, other].enumerated() {
        let start = MonotonicClock.now()
        try session.decode(token)
        // The first meets cold kernels.
        if round > 0 { times[index].append(Double(MonotonicClock.now() - start)) }
      }
    }
    added = generation.times.statistic + generation.times.quantize
    (quantized, full) = (Statistics.median(times[0]), Statistics.median(times[1]))
    self.positions = positions
  }

  /// nil where full precision is as fast.
  var tokens: Int? { full > quantized ? Int((Double(added) / (full - quantized)).rounded(.up)) : nil }

  var text: String {
    let measured =
      "\(Quantity.time(full)) a token in full precision, \(Quantity.time(quantized)) quantized, measured at \(positions) positions"
    guard let tokens else { return "never: \(measured)" }
    return "\(tokens) tokens pay for \(Quantity.time(Double(added))) of statistic and quantizing: \(measured)"
  }
}
