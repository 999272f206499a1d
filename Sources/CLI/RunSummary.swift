internal import Kernels
internal import Records
internal import TTQ

/// What a generation cost and which kernels it ran, for the end of `run` and `demo`.
enum RunSummary {
  static func text(_ generation: Generation, _ session: Session) -> String {
    ([timeLine(generation.times, tokens: generation.promptTokens), decodeLine(generation, session)]
      + kernelLines(session))
      .joined(separator: "\n")
  }

  /// A line for each demanded variant that runs nothing in `session`.
  static func unmetDemands(_ forced: ForcedChoices, _ session: Session) -> [String] {
    forced.all.compactMap { family, variant in
      let met = session.kernels.contains { $0.problem.family == family && $0.step == .forced }
      return met
        ? nil : "TTQ_FORCE: \(family.rawValue)=\(variant) serves no problem of this session; --explain tells why"
    }
  }

  private static func timeLine(_ times: TimeSplit, tokens: Int) -> String {
    let parts: [(String, Int)] = [
      ("load", times.load), ("statistic", times.statistic), ("quantize", times.quantize), ("prefill", times.prefill),
      ("first token", times.firstToken),
    ]
    let split = parts.map { "\($0) \(Quantity.time(Double($1)))" }.joined(separator: ", ")
    return "time to first token  \(Quantity.time(Double(times.total))) for \(tokens) prompt tokens: \(split)"
  }

  private static func decodeLine(_ generation: Generation, _ session: Session) -> String {
    let speed = generation.tokensPerSecond.map { "\(Quantity.decimal($0)) tokens/s" } ?? "no token after the first"
    return """
      decode               \(speed), \(generation.tokens.count) tokens, ended by \(generation.stop)
      memory               packed weights \(Quantity.bytes(session.weightBytes)) (\(Quantity.decimal(session.effectiveBits, digits: 2)) bits a weight), KV cache \(Quantity.bytes(session.cacheBytes)), \(Configuration(threads: session.threads))
      """
  }

  /// The variants that each family ran, with how they were chosen.
  private static func kernelLines(_ session: Session) -> [String] {
    let ran = session.kernels.filter {
      $0.problem.tokens == 0 || session.ran.contains(TokenClass(tokens: $0.problem.tokens))
    }
    let families = FamilyName.allCases.filter { family in ran.contains { $0.problem.family == family } }
    return families.map { family in
      let names = ran.filter { $0.problem.family == family }.map { "\($0.variant) (\($0.step.rawValue))" }
      return "kernel               \(family.rawValue): \(unique(names).joined(separator: ", "))"
    }
  }

  private static func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
