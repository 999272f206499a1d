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
    time: @escaping (Problem, PackedLayout?) -> Double?
  ) throws(MissingRow) {
    generate = workload.generate
    let prompt = Self.parts(of: workload.prompt)
    for linear in shape.linears {
      let count = Double(linear.count)
      let own = try LinearTime(linear, problems: problems, layout: layout, time: time)
      if workload.prompt > 0 { quantize += count * (try own.quantize()) }
      let one = count * (try own.multiply(tokens: 1))
      token += one
      exact = exact.flatMap { sum in own.exact(prompt: workload.prompt).map { sum + count * $0 } }
      if linear.isHead {
        // Of a prompt, the last token alone needs it.
        if workload.prompt > 0 {
          prefill += one
          products += one
        }
        continue
      }
      for part in prompt {
        let product = count * part.times * (try own.multiply(tokens: part.tokens))
        prefill += product + count * part.times * (try own.statistic(tokens: part.tokens))
        products += product
      }
    }
    let layers = Double(shape.layers)
    for problem in problems where problem.family == .attention {
      guard let attention = time(problem, nil) else { throw MissingRow(problem: problem, layout: nil) }
      if problem.tokens == 1 {
        token += layers * attention
      } else {
        prefill += layers * attention * Double(workload.prompt) / Double(problem.tokens)
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
