/// Where the time up to the first token went, in nanoseconds.
public struct TimeSplit: Hashable, Sendable {
  /// Mapping the model and binding kernels.
  public var load = 0
  public var statistic = 0
  public var quantize = 0
  /// Linear products of the prompt.
  public var multiply = 0
  public var attention = 0
  /// Embedding, norms, rotary embedding, activation, residuals of the prompt.
  public var rest = 0
  /// The output layer and the choice of the first token.
  public var firstToken = 0

  /// The prompt's own work, whatever the method.
  public var prefill: Int { multiply + attention + rest }

  public var total: Int { load + statistic + quantize + prefill + firstToken }
}

/// Charges the time since the last call to one part of a split.
struct StageClock {
  enum Stage { case statistic, quantize, multiply, attention, rest, firstToken }

  private(set) var split = TimeSplit()
  private var last = ContinuousClock.now

  init() {}

  /// Starts anew with an empty split.
  mutating func restart() {
    split = TimeSplit()
    last = .now
  }

  mutating func charge(_ stage: Stage) {
    let now = ContinuousClock.now
    let spent = (now - last).nanoseconds
    last = now
    switch stage {
    case .statistic: split.statistic += spent
    case .quantize: split.quantize += spent
    case .multiply: split.multiply += spent
    case .attention: split.attention += spent
    case .rest: split.rest += spent
    case .firstToken: split.firstToken += spent
    }
  }
}

extension Duration {
  var nanoseconds: Int { Int(components.seconds) * 1_000_000_000 + Int(components.attoseconds / 1_000_000_000) }
}
