package import Records

/// What a whole model should take by the rows of a plan, in nanoseconds.
package struct ModelTime: Hashable, Sendable {
  /// Packing all weights once.
  package private(set) var quantize = 0.0
  /// The prompt of the workload: statistics, activations, products, attention.
  package private(set) var prefill = 0.0
  /// One generated token.
  package private(set) var token = 0.0
  private let generate: Int
  /// Of `prefill`, the products of quantized weights.
  private var products = 0.0
  /// What takes the place of `quantize` and `products` where the prompt runs in full precision; nil where a row for that is missing.
  private var exact: Double? = 0

  /// Until the first token is there.
  package var firstToken: Double { quantize + prefill }
  /// `firstToken` of an exact prefill: the prompt in full precision, and weights quantized while its last chunk is multiplied; nil where
  /// the products in full precision were not tuned.
  package var exactFirstToken: Double? { exact.map { prefill - products + $0 } }
  /// The whole workload.
  package var total: Double { firstToken + Double(generate) * token }

  /// Adds up `shape` with the formats of `problems`, which is what was tuned for it.
  ///
  /// - Parameters:
  ///   - layout: the layout of the matrix that a `quantize` problem packs.
  ///   - time: nanoseconds of a problem with a layout, or nil where there is no row.
  /// - Throws: the first problem without a row.
  package init(
    of shape: ModelShape, problems: [Problem], workload: Workload, layout: (Problem) -> PackedLayout?,
    time: (Problem, PackedLayout?) -> Double?
  ) throws(MissingRow) {
    generate = workload.generate
    func need(_ problem: Problem, _ layout: PackedLayout? = nil) throws(MissingRow) -> Double {
      guard let time = time(problem, layout) else { throw MissingRow(problem: problem, layout: layout) }
      return time
    }
    func each(_ family: FamilyName, _ n: Int, _ k: Int, _ tokens: Int) -> Problem? {
      problems.first {
        $0.family == family && $0.n == n && $0.k == k && $0.tokens == tokens
      }
    }
    let prompt = Self.parts(of: workload.prompt)
    for linear in shape.linears {
      let count = Double(linear.count)
      guard
        let matrix = problems.first(where: {
          $0.family == .quantize && $0.n == linear.n && $0.k == linear.k && $0.isPlain
        }), let layout = layout(matrix)
      else { throw MissingRow(problem: Problem(family: .quantize, n: linear.n, k: linear.k), layout: nil) }
      if workload.prompt > 0 { quantize += count * (try need(matrix, layout)) }
      func multiply(tokens: Int) throws(MissingRow) -> Double {
        guard let product = each(.qmatmul, linear.n, linear.k, tokens) else { return 0 }
        let input = each(.quantizeActivations, 0, linear.k, tokens == 1 ? 1 : TokenClass.many.representative)
        let share = tokens == 1 ? 1 : Double(tokens) / Double(TokenClass.many.representative)
        return try need(product, layout) + share
          * (try input.map { (problem) throws(MissingRow) in try need(problem) } ?? 0)
      }
      let one = count * (try multiply(tokens: 1))
      token += one
      let full = Self.full(linear, each: each, matrix: matrix, layout: layout, prompt: workload.prompt, time: time)
      exact = exact.flatMap { sum in full.map { sum + count * $0 } }
      if linear.isHead {
        // Of a prompt, the last token alone needs it.
        if workload.prompt > 0 {
          prefill += one
          products += one
        }
        continue
      }
      for part in prompt {
        let product = count * part.times * (try multiply(tokens: part.tokens))
        prefill += product
        products += product
        if let statistic = each(.statistic, 0, linear.k, TokenClass.many.representative) {
          prefill += count * part.times * (try need(statistic)) * Double(part.tokens) / Double(statistic.tokens)
        }
      }
    }
    let layers = Double(shape.layers)
    for problem in problems where problem.family == .attention {
      let time = layers * (try need(problem))
      if problem.tokens == 1 {
        token += time
      } else {
        prefill += time * Double(workload.prompt) / Double(problem.tokens)
      }
    }
  }

  /// Multiplying a prompt of so many tokens by a matrix in full precision and quantizing it, in one pass over the last chunk where that was
  /// tuned; nil where the product was not.
  private static func full(
    _ linear: LinearShape, each: (FamilyName, Int, Int, Int) -> Problem?, matrix: Problem, layout: PackedLayout,
    prompt: Int, time: (Problem, PackedLayout?) -> Double?
  ) -> Double? {
    guard prompt > 0 else { return 0 }
    let chunk = linear.isHead ? 1 : TokenClass.many.representative
    guard let product = each(.matmul, linear.n, linear.k, chunk), let one = time(product, nil),
      let quantize = time(matrix, layout)
    else { return nil }
    if linear.isHead { return one + quantize }
    let last = (prompt - 1) % chunk + 1
    let fused = each(.matmulQuantize, linear.n, linear.k, chunk).flatMap { time($0, layout) }
    let packing = TokenClass(tokens: last) == .many ? fused.map { $0 - one } ?? quantize : quantize
    return one * Double(prompt) / Double(chunk) + packing
  }

  /// A prompt in whole chunks and a rest, which counts by its share of its class's representative.
  private static func parts(of prompt: Int) -> [(tokens: Int, times: Double)] {
    let chunk = TokenClass.many.representative
    let (whole, rest) = prompt.quotientAndRemainder(dividingBy: chunk)
    var parts: [(tokens: Int, times: Double)] = []
    if whole > 0 { parts.append((chunk, Double(whole))) }
    if rest > 0 {
      let representative = TokenClass(tokens: rest).representative
      parts.append((representative, Double(rest) / Double(representative)))
    }
    return parts
  }
}

/// A problem that a plan has no row for.
package struct MissingRow: Error, CustomStringConvertible {
  package let problem: Problem
  package let layout: PackedLayout?

  package var description: String {
    "the plan has no row for \(problem.name)\(layout.map { " in layout \($0.rawValue)" } ?? "")"
  }
}
