internal import Records

/// What one linear layer of a model should take by the rows of a plan, in nanoseconds.
struct LinearTime {
  private let linear: LinearShape
  private let problems: [Problem]
  private let matrix: Problem
  private let layout: PackedLayout
  private let time: (Problem, PackedLayout?) -> Double?

  /// - Throws: that the matrix was not quantized, or has no layout.
  init(
    _ linear: LinearShape, problems: [Problem], layout: (Problem) -> PackedLayout?,
    time: @escaping (Problem, PackedLayout?) -> Double?
  ) throws(MissingRow) {
    let plain = problems.first { $0.family == .quantize && $0.n == linear.n && $0.k == linear.k && $0.isPlain }
    guard let plain, let chosen = layout(plain) else {
      throw MissingRow(problem: Problem(family: .quantize, n: linear.n, k: linear.k), layout: nil)
    }
    self.linear = linear
    self.problems = problems
    self.time = time
    (matrix, self.layout) = (plain, chosen)
  }

  private static let chunk = TokenClass.many.representative

  /// Packing the weights once.
  func quantize() throws(MissingRow) -> Double { try need(matrix, layout) }

  /// Formatting activations and multiplying by packed weights; 0 where that was not tuned for so many tokens.
  func multiply(tokens: Int) throws(MissingRow) -> Double {
    guard let product = first(.qmatmul, n: linear.n, tokens: tokens) else { return 0 }
    let isOne = tokens == 1
    let share = isOne ? 1 : Double(tokens) / Double(Self.chunk)
    var total = try need(product, layout)
    if let input = first(.quantizeActivations, tokens: isOne ? 1 : Self.chunk) { total += share * (try need(input)) }
    return total
  }

  /// Gathering the norms of so many tokens; 0 where that was not tuned.
  func statistic(tokens: Int) throws(MissingRow) -> Double {
    guard let statistic = first(.statistic, tokens: Self.chunk) else { return 0 }
    return try need(statistic) * Double(tokens) / Double(Self.chunk)
  }

  /// Multiplying a prompt of so many tokens in full precision and packing the weights, in one pass over the last chunk where that was
  /// tuned; nil where the product was not.
  func exact(prompt: Int) -> Double? {
    guard prompt > 0 else { return 0 }
    guard let product = first(.matmul, n: linear.n, tokens: linear.isHead ? 1 : Self.chunk),
      let one = time(product, nil), let quantize = time(matrix, layout)
    else { return nil }
    if linear.isHead { return one + quantize }
    let last = TokenClass(tokens: (prompt - 1) % Self.chunk + 1)
    let fused = first(.matmulQuantize, n: linear.n, tokens: Self.chunk).flatMap { time($0, layout) }
    let packing = last == .many ? fused.map { $0 - one } ?? quantize : quantize
    return one * Double(prompt) / Double(Self.chunk) + packing
  }

  private func first(_ family: FamilyName, n: Int = 0, tokens: Int) -> Problem? {
    problems.first { $0.family == family && $0.n == n && $0.k == linear.k && $0.tokens == tokens }
  }

  private func need(_ problem: Problem, _ layout: PackedLayout? = nil) throws(MissingRow) -> Double {
    guard let time = time(problem, layout) else { throw MissingRow(problem: problem, layout: layout) }
    return time
  }
}
