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

  /// Until the first token is there.
  package var firstToken: Double { quantize + prefill }
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
    func each(_ family: FamilyName, n: Int = 0, k: Int, tokens: Int) -> Problem? {
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
        guard let product = each(.qmatmul, n: linear.n, k: linear.k, tokens: tokens) else { return 0 }
        let input = each(.quantizeActivations, k: linear.k, tokens: tokens == 1 ? 1 : TokenClass.many.representative)
        let share = tokens == 1 ? 1 : Double(tokens) / Double(TokenClass.many.representative)
        return try need(product, layout) + share
          * (try input.map { (problem) throws(MissingRow) in try need(problem) } ?? 0)
      }
      let one = count * (try multiply(tokens: 1))
      token += one
      if linear.isHead {
        // Of a prompt, the last token alone needs it.
        if workload.prompt > 0 { prefill += one }
        continue
      }
      for part in prompt {
        prefill += count * part.times * (try multiply(tokens: part.tokens))
        if let statistic = each(.statistic, k: linear.k, tokens: TokenClass.many.representative) {
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
