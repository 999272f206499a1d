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
      "quantized: the prompt runs through the quantized weights; exact: through the full ones while activations are measured."
  )
  var prefill = PrefillMode.quantized

  @Option(help: "quantized or full output layer.")
  var lmHead = HeadMode.quantized

  @OptionGroup var format: FormatOptions

  enum HeadMode: String, ExpressibleByArgument, CaseIterable { case quantized, full }

  /// The options of a session on `machine`, with `plan` where there is one, and `forced` variants in its place.
  func sessionOptions(
    machine: Machine, threads: Int, plan: Plan?, forced: ForcedChoices = .none, context: Int?
  ) -> SessionOptions {
    var options = SessionOptions()
    options.method = method
    options.prefill = prefill
    options.quantizesHead = lmHead == .quantized
    options.context = context
    options.threads = threads
    options.format = format.format
    options.activations = format.activations
    options.cache = format.cache
    options.rule.norm = format.norm
    options.plan = plan
    options.forced = forced
    options.machine = machine
    return options
  }
}

extension Method: ExpressibleByArgument {}
extension PrefillMode: ExpressibleByArgument {}
