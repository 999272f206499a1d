internal import Kernels
internal import Records
internal import TTQ

/// Everything that a generation cost and why, for `run --stats`.
enum RunStatistics {
  /// Reads the peak of memory first, then measures the break-even, which forgets what `session` generated.
  static func text(_ generation: Generation, _ session: Session) throws(EngineError) -> String {
    let memory = MemoryBill([session])
    let speed = generation.tokensPerSecond.map { "\(Quantity.decimal($0)) tokens/s" } ?? "no token after the first"
    let type = session.options.method == .full ? session.weightType : session.quantizedType
    let lines = [
      timeTable(generation),
      "decode       \(speed), \(generation.tokens.count) tokens, ended by \(generation.stop), \(Configuration(threads: session.threads))",
      "weights      \(type), \(Quantity.decimal(session.effectiveBits, digits: 2)) effective bits, "
        + "\(Quantity.bytes(session.weightsRead)) read for a token",
      "memory       \(memory.text)", "break-even   \(try breakEven(generation, session))",
    ]
    return (lines + kernels(session)).joined(separator: "\n")
  }

  private static func timeTable(_ generation: Generation) -> String {
    let times = generation.times
    let parts: [(String, Int)] = [
      ("load", times.load), ("statistic", times.statistic), ("quantize", times.quantize), ("multiply", times.multiply),
      ("attention", times.attention), ("rest", times.rest), ("first token", times.firstToken), ("total", times.total),
    ]
    var table = TextTable(["time to first token", "time", "share"])
    for (name, time) in parts {
      table.add([
        name, Quantity.time(Double(time)), Quantity.percent(Double(time) / Double(max(times.total, 1)), digits: 1),
      ])
    }
    let rate = Double(generation.promptTokens) * 1e9 / Double(max(times.total - times.load, 1))
    return
      "\(table.text)\nprompt       \(generation.promptTokens) tokens, \(Quantity.decimal(rate)) tokens/s without load"
  }

  private static func breakEven(_ generation: Generation, _ session: Session) throws(EngineError) -> String {
    if let found = try BreakEven(generation, session) { return found.text }
    return session.options.method == .full ? "full precision itself" : "not measured: no room in the context"
  }

  /// The layouts, then each kernel that ran with how it was chosen.
  private static func kernels(_ session: Session) -> [String] {
    let ran = session.kernels.filter {
      $0.problem.tokens == 0 || session.ran.contains(TokenClass(tokens: $0.problem.tokens))
    }
    var seen: Set<String> = []
    return (session.layoutExplanations + ran.map(\.explanation)).filter { seen.insert($0).inserted }
      .map { "kernel       \($0)" }
  }
}
