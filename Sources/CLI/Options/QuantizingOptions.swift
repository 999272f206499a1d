internal import ArgumentParser
internal import Kernels
internal import Records
internal import TTQ
internal import Tuner

/// The ways of quantizing that are tuned; by default the one that `run` takes by default.
struct QuantizingOptions: ParsableArguments {
  @Option(help: "Ranges that are tried for each group, as run has it, commas between: 0, 3, 16.")
  var search = CommaList([SessionOptions().search])

  @Option(help: "Columns of the low-rank part, as run has it, commas between: numbers, or auto.")
  var rank = CommaList([Rank.fixed(0)])

  @Option(help: "The power of the norms, as run has it: auto measures the error of sampled rows, which is tuned then.")
  var alpha = SessionOptions().rule.alpha

  func validate() throws {
    for search in search.values where !RangeSearch.supported.contains(search) {
      throw ValidationError("--search: expected 0, 3 or 16, found \(search)")
    }
  }

  /// What `run` takes by default.
  static var ofRun: QuantizingWays {
    let options = SessionOptions()
    return QuantizingWays(searches: [options.search], samples: options.rule.alpha == .auto)
  }

  var ways: QuantizingWays {
    QuantizingWays(searches: search.values, ranks: rank.values, samples: alpha == .auto)
  }
}
