public import ArgumentParser
internal import Kernels
internal import Records
public import TTQ

/// What `--prefill` says: one way, or the one that the machine's plan expects to be the faster.
enum PrefillChoice: String, CaseIterable, ExpressibleByArgument {
  case quantized, exact, auto

  /// The way for a prompt of so many tokens through the model of `shape`, with the reason where it was left open.
  ///
  /// Exact prefill loses nothing of the prompt, so it needs to be no faster, only as fast.
  func mode(
    for shape: ModelShape, prompt: Int, plan: Plan?, format: FormatOptions, threads: Int
  ) -> (mode: PrefillMode, reason: String?) {
    switch self {
    case .quantized: return (.quantized, nil)
    case .exact: return (.exact, nil)
    case .auto:
      let expected = plan.flatMap {
        PlannedModel(plan: $0, shape: shape).firstToken(
          prompt: prompt, format: format.format, activation: format.activations, threads: threads, cache: format.cache)
      }
      guard let expected else {
        return (.quantized, "prefill quantized: no plan tells the times of both ways for this model")
      }
      let mode = expected.exact <= expected.quantized ? PrefillMode.exact : .quantized
      let times = [expected.quantized, expected.exact].map { Quantity.time($0) }
      return (mode, "prefill \(mode): the plan expects \(times[0]) quantized and \(times[1]) exact")
    }
  }
}

extension PrefillMode: ExpressibleByArgument {}
