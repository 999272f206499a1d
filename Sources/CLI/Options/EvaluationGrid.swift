internal import ArgumentParser
internal import Records
public import TTQ

/// The rows of an evaluation: every combination of what is listed, as far as a method has a use for it.
struct EvaluationGrid: ParsableArguments {
  @Option(help: "Methods: full, rtn, ttq.")
  var method = CommaList([Method.full, .rtn, .ttq])

  @Option(help: "Bits of a code: 2, 3, 4, 5, 8.")
  var bits = CommaList([2, 3, 4])

  @Option(help: "Input channels of a group: 32, 64, 128.")
  var group = CommaList([32])

  @Option(help: "The power of the norms that makes D: a number from 0 to 2.")
  var alpha = CommaList([Alpha.fixed(0.5)])

  func validate() throws {
    for bits in bits.values {
      for group in group.values where WeightFormat(bits: bits, group: group) == nil {
        throw ValidationError(
          "no format of \(bits) bits in groups of \(group); bits are \(WeightFormat.supportedBits), groups \(WeightFormat.supportedGroups)"
        )
      }
    }
    guard !alpha.values.contains(.auto) else { throw ValidationError("--alpha: expected a number from 0 to 2") }
  }

  /// The rows for one text.
  func cases(text: String) -> [EvaluationCase] {
    method.values.flatMap { method in
      guard method != .full else { return [EvaluationCase(text: text, method: method.rawValue)] }
      return bits.values.flatMap { bits in
        group.values.flatMap { group in
          let plain = EvaluationCase(text: text, method: method.rawValue, bits: bits, group: group)
          return method == .ttq ? alpha.values.map { alpha in plain.with { $0.alpha = alpha } } : [plain]
        }
      }
    }
  }
}

extension EvaluationCase {
  func with(_ change: (inout EvaluationCase) -> Void) -> EvaluationCase {
    var copy = self
    change(&copy)
    return copy
  }

  /// `base` with the method and the formats of this case.
  func sessionOptions(_ base: SessionOptions) throws(EngineError) -> SessionOptions {
    var options = base
    guard let method = Method(rawValue: method) else { throw .invalidOption("no method \(method)") }
    options.method = method
    if let bits, let group { try options.setFormat(bits: bits, group: group) }
    if case .fixed(let value) = alpha { options.rule.alpha = value }
    return options
  }
}

extension Method: CustomStringConvertible {
  public var description: String { rawValue }
}

extension Alpha: ExpressibleByArgument {
  public init?(argument: String) { self.init(text: argument) }
}
