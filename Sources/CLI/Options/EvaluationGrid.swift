internal import ArgumentParser
internal import Kernels
internal import Records
internal import TTQ

/// The rows of an evaluation: every combination of what is listed, as far as a method has a use for it.
struct EvaluationGrid: ParsableArguments {
  @Option(help: "Methods: full, rtn, awq, gptq, ttq.")
  var method = CommaList([EvaluationMethod.full, .rtn, .ttq])

  @Option(help: "Text files that awq and gptq are calibrated with, commas between: each has its row.")
  var calibration: CommaList<String>?

  @Option(help: "Bits of a code: 2, 3, 4, 5, 8.")
  var bits = CommaList([2, 3, 4])

  @Option(help: "Effective bits a weight within which ttq chooses the bits of each layer, besides the rows of --bits.")
  var budgetBits = CommaList<Double>([])

  @Option(help: "Input channels of a group: 32, 64, 128.")
  var group = CommaList([32])

  @Option(help: "Scales and minima of groups: f16, or 8bit in steps of their row (not for awq and gptq).")
  var side = CommaList([SideInformation.half])

  @Option(help: "The power of the norms that makes D: a number from 0 to 2, or auto.")
  var alpha = CommaList([Alpha.fixed(0.5)])

  @Option(help: "Columns of the low-rank part: a number, or auto for at most 0.4 bits a weight.")
  var rank = CommaList([Rank.fixed(0)])

  @Option(help: "Ranges that are tried for each group: 0, 3, 16.")
  var search = CommaList([0])

  @Option(help: "Whether the first token of a window counts for nothing in D: off, on.")
  var skipFirst = CommaList([Switch.off])

  @Option(help: "Whether the mean error of each product is measured and made good: off, on.")
  var biasCorrection = CommaList([Switch.off])

  var calibrationPaths: [String] { calibration?.values ?? [] }

  func validate() throws {
    guard calibration != nil || !method.values.contains(where: \.isCalibrated) else {
      throw ValidationError("awq and gptq: expected --calibration with a text file")
    }
    for budget in budgetBits.values where !(2...16).contains(budget) {
      throw ValidationError("--budget-bits: expected 2 to 16, found \(budget)")
    }
    for search in search.values where !RangeSearch.supported.contains(search) {
      throw ValidationError("--search: expected 0, 3 or 16, found \(search)")
    }
    for bits in bits.values {
      for group in group.values where WeightFormat(bits: bits, group: group) == nil {
        throw ValidationError(
          "no format of \(bits) bits in groups of \(group); bits are \(WeightFormat.supportedBits), groups \(WeightFormat.supportedGroups)"
        )
      }
    }
  }

  /// The rows for one text.
  func cases(text: String) -> [EvaluationCase] {
    method.values.flatMap { method in
      guard method != .full else { return [EvaluationCase(text: text, method: method.rawValue)] }
      let budgets = method == .ttq ? budgetBits.values : []
      let widths: [(bits: Int?, budget: Double?)] = bits.values.map { ($0, nil) } + budgets.map { (nil, $0) }
      return widths.flatMap { bits, budget in
        group.values.flatMap { group in
          let plain = EvaluationCase(
            text: text, method: method.rawValue, bits: bits, budget: budget, group: group, side: .half)
          let sided = side.values.map { side in plain.with { $0.side = side } }
          return switch method {
          case .full: [plain]
          case .rtn: sided
          case .awq, .gptq: calibrationPaths.map { path in plain.with { $0.calibration = path } }
          case .ttq: sided.flatMap(scaled)
          }
        }
      }
    }
  }

  /// `plain` with each rank, alpha and search, and with and without what else is asked for.
  private func scaled(_ plain: EvaluationCase) -> [EvaluationCase] {
    rank.values.flatMap { rank in
      alpha.values.flatMap { alpha in
        search.values.flatMap { search in
          skipFirst.values.flatMap { skip in
            biasCorrection.values.map { bias in
              plain.with {
                $0.rank = rank
                $0.alpha = alpha
                $0.search = search
                $0.skipsFirst = skip == .on
                $0.correctsBias = bias == .on
              }
            }
          }
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

  /// `base` with the method and the formats of this case, but for what a calibration adds.
  func sessionOptions(_ base: SessionOptions) throws(EngineError) -> SessionOptions {
    var options = base
    options.method =
      switch EvaluationMethod(rawValue: method) {
      case .full: .full
      case .rtn, .awq, .gptq: .rtn
      case .ttq: .ttq
      case nil: throw .invalidOption("no method \(method)")
      }
    if let group { try options.setFormat(bits: bits ?? options.format.bits, group: group, compact: side == .byte) }
    if let alpha { options.rule.alpha = alpha }
    options.search = search ?? 0
    options.rule.skipsFirst = skipsFirst ?? false
    options.correctsBias = correctsBias ?? false
    return options
  }
}

/// What can be evaluated: the engine's methods, and those that freeze weights by a calibration text.
enum EvaluationMethod: String, CaseIterable, ExpressibleByArgument, CustomStringConvertible {
  case full, rtn, awq, gptq, ttq

  /// How a calibration text freezes weights, or nil where there is none.
  var frozen: FrozenMethod? { FrozenMethod(rawValue: rawValue) }
  var isCalibrated: Bool { frozen != nil }
  var description: String { rawValue }
}

/// Whether something is done.
enum Switch: String, CaseIterable, ExpressibleByArgument, CustomStringConvertible {
  case off, on

  var description: String { rawValue }
}

extension Rank: ExpressibleByArgument {
  public init?(argument: String) { self.init(text: argument) }
}

extension Alpha: ExpressibleByArgument {
  public init?(argument: String) { self.init(text: argument) }
}
