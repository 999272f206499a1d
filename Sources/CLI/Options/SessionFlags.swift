public import ArgumentParser
internal import Kernels
internal import Records
public import TTQ

/// How a model is run: method, format, prefill, and what all of them need.
struct SessionFlags: ParsableArguments {
  @Option(help: "full, rtn (round to nearest) or ttq (test-time quantization).")
  var method = Method.ttq

  @Option(
    help:
      "quantized: the prompt runs through the quantized weights; exact: through the full ones while activations are measured; auto: whichever the plan expects to be faster."
  )
  var prefill = PrefillChoice.quantized

  @Option(help: "quantized or full output layer.")
  var lmHead = HeadMode.quantized

  @Option(help: "The power of the norms that makes D: a number from 0 to 2, or auto for each layer and prompt.")
  var alpha = SessionOptions().rule.alpha

  @Option(help: "Ranges that are tried for each group, by the error that the prompt would see: 0, 3 or 16.")
  var search = SessionOptions().search

  @Option(help: "The floor under the norms, relative to their mean.")
  var lambda = 0.01

  @Option(help: "Columns of the low-rank part: a number, or auto for at most 0.4 bits a weight.")
  var rank = Rank.fixed(0)

  @Option(
    help:
      "What low-rank factors leave of the weights is formed in every quantizing pass, kept in their place, or auto: kept where the plan has that faster."
  )
  var residual = ResidualMode.auto

  @Flag(help: "Let the first token of the prompt, which attention makes a sink of, count for nothing in D.")
  var skipFirst = false

  @Flag(help: "Measure the mean error of each product and make it good.")
  var biasCorrection = false

  @OptionGroup var format: FormatOptions

  enum HeadMode: String, ExpressibleByArgument, CaseIterable { case quantized, full }

  func validate() throws {
    guard RangeSearch.supported.contains(search) else {
      throw ValidationError("--search: expected 0, 3 or 16, found \(search)")
    }
    guard (0...10).contains(lambda) else { throw ValidationError("--lambda: expected 0 to 10, found \(lambda)") }
  }

  /// The low-rank parts that are asked for, from the user's cache or made now.
  func lowRank(of model: LanguageModel) throws -> [String: LowRankPart] {
    try method == .full ? [:] : LowRankCache.user.parts(of: model, rank: rank) { note("note: \($0)") }
  }

  /// The options of a session with `model` for prompts of about so many tokens on `machine`, with `plan` where there is one, and `forced`
  /// variants in its place.
  func sessionOptions(
    for model: LanguageModel, prompt: Int, machine: Machine, threads: Int, plan: Plan?, forced: ForcedChoices = .none,
    context: Int?
  ) -> SessionOptions {
    var options = SessionOptions()
    options.method = method
    let (mode, reason) = prefill.mode(
      for: ModelShape(model), prompt: prompt, plan: plan, format: format, threads: threads)
    if let reason { note("note: \(reason)") }
    options.prefill = mode
    options.quantizesHead = lmHead == .quantized
    options.context = context
    options.threads = threads
    options.format = format.format
    options.activations = format.activations
    options.cache = format.cache
    options.rule.norm = format.norm
    options.rule.alpha = alpha
    options.rule.lambda = lambda
    options.search = method == .ttq ? search : 0
    options.residual = residual
    options.rule.skipsFirst = skipFirst
    options.correctsBias = biasCorrection
    options.plan = plan
    options.forced = forced
    options.machine = machine
    return options
  }
}

extension Method: ExpressibleByArgument {}
extension ResidualMode: ExpressibleByArgument {}
