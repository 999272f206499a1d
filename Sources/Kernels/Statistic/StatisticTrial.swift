internal import CKernels
internal import Records

/// `statistic` on random activations with a few loud channels and a silent one.
final class StatisticTrial: Trial {
  let copies = 1
  private let operation: Statistic
  private let pool: ThreadPool
  private let tokens: Int
  private let k: Int
  private let norm: NormOrder
  private let x: AlignedBuffer<Float>
  private var sum: CanaryBuffer

  init(
    variant: Variant<StatisticKernel>, problem: Problem, configuration: Configuration, pool: ThreadPool,
    seed: UInt64
  ) {
    norm = problem.norm ?? .two
    operation = Statistic(variant, configuration, norm: norm)
    self.pool = pool
    tokens = problem.tokens
    k = problem.k
    x = TrialActivations.make(tokens: problem.tokens, k: problem.k, seed: seed)
    sum = CanaryBuffer(count: problem.k)
  }

  func run(copy: Int) {
    unsafe operation.run(
      ttq_statistic_args(
        x: x.pointer, x_stride: k, tokens: tokens, k: k, p: UInt32(norm.rawValue), sum: sum.pointer), pool: pool)
  }

  func check() -> TrialCheck {
    let start = TrialActivations.make(tokens: 1, k: k, seed: 1)
    for channel in 0..<k { unsafe sum.pointer[channel] = start[channel] }
    run(copy: 0)
    let expected = (0..<k).map { channel in
      (0..<tokens).reduce(into: Double(start[channel])) { total, t in
        total += power(Double(x[t * k + channel]))
      }
    }
    return sum.compare(at: Array(0..<k), with: expected)
  }

  private func power(_ x: Double) -> Double {
    switch norm {
    case .one: abs(x)
    case .two: x * x
    case .four: x * x * x * x
    }
  }
}

/// Activations as models have them: bell-shaped, channels of very different loudness, one silent.
enum TrialActivations {
  static func make(tokens: Int, k: Int, seed: UInt64) -> AlignedBuffer<Float> {
    var random = TrialRandom(seed: seed)
    let loudness = (0..<k).map { channel in channel == 5 ? 0 : Float(1 << (random.next() % 5)) / 4 }
    var x = AlignedBuffer<Float>(repeating: 0, count: tokens * k)
    var span = x.mutableSpan
    for t in 0..<tokens {
      for channel in 0..<k { span[t * k + channel] = random.bell() * loudness[channel] }
    }
    return x
  }
}
