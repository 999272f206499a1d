internal import Records
internal import Report
internal import Tuner

/// What a model should take by the rows of a plan, in each format and thread budget that was tuned.
struct PlannedModel {
  let plan: Plan
  let shape: ModelShape

  /// A way in which the model's matrices were tuned.
  private struct Setting: Hashable {
    let format: WeightFormat
    let activation: ActivationFormat
    let threads: Int
    let workload: Workload
  }

  /// With the cache that attention was tuned for.
  var expectations: [ModelExpectation] {
    let cache = plan.rows.first { $0.problem.family == .attention }?.problem.cache ?? .f32
    return settings.map { expectation($0, cache) }
  }

  private var settings: [Setting] {
    var settings: [Setting] = []
    for choice in plan.layouts where shape.linears.contains(where: { $0.n == choice.n && $0.k == choice.k }) {
      let setting = Setting(
        format: choice.format, activation: choice.activation, threads: choice.threads, workload: choice.workload)
      if !settings.contains(setting) { settings.append(setting) }
    }
    return settings.sorted { ($0.format.bits, $0.threads) < ($1.format.bits, $1.threads) }
  }

  /// Nanoseconds that the rows add up to for the work of a benchmark's row; nil where the plan was tuned for another prompt, or lacks a
  /// row, such as attention's over another cache. Where attention takes part, it is that of the cached positions which were tuned.
  func time(of row: ModelBenchRow) -> Double? {
    let setting = settings.first { row.type == "\($0.format)/\($0.activation)" && $0.threads == row.threads }
    guard row.engine == .ttq, row.prefill == "quantized", let setting else { return nil }
    let expected = expectation(setting, row.cache)
    if row.promptTokens == 0 { return expected.token.map { $0 * Double(row.generatedTokens) } }
    return row.promptTokens == setting.workload.prompt ? expected.firstToken : nil
  }

  /// Nanoseconds to the first token after a prompt of so many tokens, through quantized weights and in full precision; nil where the plan
  /// lacks a row for it.
  func firstToken(
    prompt: Int, format: WeightFormat, activation: ActivationFormat, threads: Int, cache: CacheType
  ) -> (quantized: Double, exact: Double)? {
    let setting = Setting(
      format: format, activation: activation, threads: threads, workload: Workload(prompt: prompt, generate: 0))
    let time = try? time(setting, cache) { $0.timing.medianNanoseconds }
    return time.flatMap { time in time.exactFirstToken.map { (time.firstToken, $0) } }
  }

  private func expectation(_ setting: Setting, _ cache: CacheType) -> ModelExpectation {
    var expectation = ModelExpectation(
      model: shape.name, format: setting.format, threads: setting.threads, workload: setting.workload)
    do throws(MissingRow) {
      let time = try time(setting, cache) { $0.timing.medianNanoseconds }
      (expectation.firstToken, expectation.token) = (time.firstToken, time.token)
      expectation.exactFirstToken = time.exactFirstToken
      // A row without a share makes the sum none.
      let roof = try self.time(setting, cache) { $0.timing.medianNanoseconds * ($0.share ?? .nan) }
      expectation.firstTokenShare = Self.share(roof.firstToken, time.firstToken)
      expectation.tokenShare = Self.share(roof.token, time.token)
    } catch {
      expectation.missing = error.description
    }
    return expectation
  }

  private static func share(_ roof: Double, _ time: Double) -> Double? {
    roof.isFinite && time > 0 ? roof / time : nil
  }

  private func time(
    _ setting: Setting, _ cache: CacheType, of row: @escaping (PlanRow) -> Double
  ) throws(MissingRow) -> ModelTime {
    let rows = Dictionary(plan.rows.map { ($0.key, $0) }) { first, _ in first }
    let problems = TuningProblems.all(
      of: [shape], format: setting.format, activation: setting.activation, cache: cache)
    return try ModelTime(
      of: shape, problems: problems, workload: setting.workload, layoutsOf: plan, activation: setting.activation,
      threads: setting.threads, time: { rows[$0].map(row) })
  }
}
