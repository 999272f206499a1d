internal import Records
internal import Report

/// Records of a machine that does not exist, shaped like a tuning of one small model.
enum SampleRecords {
  static let machine = MachineIdentity(
    vendor: "GenuineIntel", family: 6, model: 167, stepping: 1,
    isa: ["avx2", "fma", "f16c", "avxvnni", "avx512", "avx512bf16", "avx512vnni"],
    cacheBytes: [49_152, 2_097_152, 110_100_480], physicalCores: 2, logicalCores: 2)

  static let context = MeasurementContext(
    cpuName: "Intel(R) Xeon(R) Processor", kernel: "Linux 6.1.0", compiler: "Swift 6.3.1, Clang 21", hypervisor: true,
    cpuQuota: 2, governor: nil, microcode: "0x1", openBLASCore: "SkylakeX", date: "2025-01-01T00:00:00Z")

  static let roofs = RoofSet(
    roofs: [
      Roof(kind: .dramRead, threads: 1, value: 11.3, low: 11.1, high: 11.4),
      Roof(kind: .dramRead, threads: 2, value: 21.8, low: 21.2, high: 22.1),
      Roof(kind: .copy, threads: 1, value: 9.4, low: 9.3, high: 9.6),
      Roof(kind: .copy, threads: 2, value: 17.9, low: 17.2, high: 18.3),
      Roof(kind: .fmaF32, threads: 1, value: 171, low: 170, high: 172),
      Roof(kind: .fmaF32, threads: 2, value: 339, low: 336, high: 341),
      Roof(kind: .vpdpbusd, threads: 1, value: 684, low: 680, high: 690),
      Roof(kind: .vpdpbusd, threads: 2, value: nil, reason: "not run in this sample"),
    ], roundTripNanoseconds: 118)

  static let counters = [
    CounterAvailability(
      name: "PAPI_TOT_CYC", source: .hardwarePreset, absentBecause: "this virtual machine exposes no PMU"),
    CounterAvailability(
      name: "instructions", source: .perfHardware, absentBecause: "this virtual machine exposes no PMU"),
    CounterAvailability(name: "page-faults", source: .perfSoftware),
    CounterAvailability(name: "sde:::ttq::bytes", source: .softwareDefined),
    CounterAvailability(name: "sde:::ttq::operations", source: .softwareDefined),
  ]

  /// Variant, speed relative to the scalar one, and whether it needs its activations in int8.
  private static let ladder: [(name: String, speed: Double)] = [
    ("scalar", 1), ("simd16", 3.1), ("tiled_4x16", 4.4), ("openblas_dequantize", 2.2), ("avx2_r8x1", 8.3),
    ("avx512_r16x1", 9.6), ("avx512vnni_r16x1", 10.9), ("avx512vnni_r16x6", 10.85),
  ]

  /// How many times the scalar speed the roof of a family allows.
  private static let steepness: [FamilyName: Double] = [
    .statistic: 14, .quantizeActivations: 31, .quantize: 16, .attention: 25,
  ]

  static func timing(_ nanoseconds: Double, spread: Double = 0.02) -> Timing {
    Timing(
      medianNanoseconds: nanoseconds, lowNanoseconds: nanoseconds * (1 - spread),
      highNanoseconds: nanoseconds * (1 + spread), samples: 31)
  }

  /// The candidates of one problem: every step of the ladder at one and two threads, and one failure of each kind.
  static func candidates(_ problem: Problem) -> [CandidateResult] {
    let weights = Double(max(problem.n, 1)) * Double(problem.k)
    let tokens = Double(max(problem.tokens, 1))
    let cost = Cost(
      bytes: weights * 0.625 + tokens * Double(problem.n + problem.k) * 4, operations: 2 * weights * tokens)
    let best = steepness[problem.family] ?? 12
    let isCompute = problem.family == .qmatmul && problem.tokens > 64
    let roof = isCompute ? Roof.Kind.fmaF32 : .dramRead
    var results: [CandidateResult] = []
    for threads in [1, 2] {
      let ceiling = roofs.value(roof, threads: threads) ?? 1
      let least = (isCompute ? cost.operations : cost.bytes) / ceiling
      for (index, step) in ladder.enumerated() {
        let time = least / (step.speed / best) * (1 + 0.01 * Double(index))
        results.append(
          CandidateResult(
            problem: problem, variant: "a8/\(step.name)", revision: 1, layout: index < 5 ? .rows : .panel16,
            configuration: Configuration(threads: threads), status: .correct,
            timing: timing(time, spread: index == 0 ? 0.06 : 0.02),
            samples: (0..<9).map { time * (0.98 + 0.005 * Double($0 * $0 % 9)) },
            expense: Expense(budget: 1e8, elapsed: 1.5e8, repeated: index % 3), cost: cost, error: 3.2e-7,
            roof: roof.rawValue, share: least / time,
            counters: [
              "page-faults": 0, "sde:::ttq::bytes": cost.bytes, "sde:::ttq::operations": cost.operations,
            ]))
      }
    }
    let failures: [(String, CandidateStatus, String)] = [
      ("a8/avx512vnni_wrong", .wrong, "error 0.31 > 1.0e-05 at row 17 & <tail>"),
      ("a8/avx512vnni_hang", .timeout, "not finished after 2 s"),
      ("a8/amx_16x16", .unsupported, "needs amx"),
      ("a8/avx512vnni_crash", .crashed, "worker ended by signal 11"),
      ("a8/avx2_k64", .constraint, "K must be a multiple of 64"),
    ]
    return results
      + failures.map { variant, status, reason in
        CandidateResult(
          problem: problem, variant: variant, revision: 1, layout: .rows, configuration: Configuration(threads: 1),
          status: status, reason: reason, cost: cost)
      }
  }

  static func rows(_ problem: Problem, _ results: [CandidateResult]) -> [PlanRow] {
    [1, 2].flatMap { threads in
      [PackedLayout.rows, .panel16].compactMap { layout -> PlanRow? in
        let timed = results.filter {
          $0.status == .correct && $0.layout == layout && $0.configuration.threads == threads
        }.sorted { ($0.timing?.medianNanoseconds ?? 0) < ($1.timing?.medianNanoseconds ?? 0) }
        guard timed.count > 1, let best = timed[0].timing, let next = timed[1].timing else { return nil }
        return PlanRow(
          problem: problem, threads: threads, contract: 1, variant: timed[0].variant, revision: 1, layout: layout,
          configuration: timed[0].configuration, timing: best, roof: timed[0].roof, share: timed[0].share,
          error: timed[0].error,
          runnerUp: RunnerUp(
            variant: timed[1].variant, configuration: timed[1].configuration, layout: layout, timing: next),
          rigor: .quick, date: context.date)
      }
    }
  }

  static let problems: [Problem] = {
    let shapes = [(3072, 1024), (1024, 1024), (6144, 1024)]
    var problems = [
      Problem(family: .statistic, k: 1024, tokens: 512),
      Problem(family: .quantizeActivations, k: 1024, tokens: 1, format: .q4g32, activation: .a8),
      Problem(
        family: .attention, n: 2048, k: 512, tokens: 1,
        heads: HeadShape(keyValueHeads: 8, dimension: 128), cache: .f16),
    ]
    for (n, k) in shapes {
      problems.append(Problem(family: .quantize, n: n, k: k, format: .q4g32, element: .bf16))
      for tokens in [1, 512] {
        problems.append(
          Problem(family: .qmatmul, n: n, k: k, tokens: tokens, format: .q4g32, activation: .a8))
      }
    }
    return problems
  }()

  static let results = problems.flatMap(candidates)

  static let plan = Plan(
    machine: machine, context: context, roofs: roofs,
    layouts: [(3072, 1024), (1024, 1024), (6144, 1024)].flatMap { n, k in
      [1, 2].map { threads in
        LayoutChoice(
          n: n, k: k, format: .q4g32, element: .bf16, activation: .a8, threads: threads, layout: .panel16,
          workload: .standard, scores: ["rows": 21.4e6 / Double(threads), "panel16": 17.2e6 / Double(threads)])
      }
    },
    rows: problems.flatMap { rows($0, candidates($0)) })

  static func session(shapes: [String] = ["sample"]) -> JournalSession {
    JournalSession(
      machine: machine, context: context, rigor: .quick, shapes: shapes, format: .q4g32, threads: [1, 2])
  }

  /// A journal that tells of the results in the order in which a tuner would: a few play-offs after the candidates.
  static let entries: [JournalEntry] =
    [.session(session()), .roofs(roofs), .counters(counters)] + results.map { .candidate($0) }
    + problems.map { problem in
      .playOff(Array(results.filter { $0.problem == problem && $0.status == .correct }.suffix(2)))
    }
    + [.finished]

  private static func evaluation(_ method: String, bits: Int?, effective: Double, perplexity: Double) -> EvaluationRow {
    EvaluationRow(
      EvaluationCase(text: "valid.txt", method: method, bits: bits, group: bits == nil ? nil : 32), tokens: 512,
      perplexity: perplexity, perplexityError: nil, causalPerplexity: perplexity, halfPerplexity: perplexity,
      meanDivergence: 0.01, highDivergence: 0.1, agreement: 0.9, effectiveBits: effective)
  }

  /// Something of everything that lies beside a report; `name` stands wherever a name from outside can.
  static func evidence(named name: String = "sample") -> ReportEvidence {
    var evidence = ReportEvidence()
    evidence.expectations = [1, 2].map { threads in
      ModelExpectation(
        model: name, format: .q4g32, threads: threads, workload: .standard, firstToken: 812e6 / Double(threads),
        token: 41e6 / Double(threads), firstTokenShare: 0.61, tokenShare: 0.87)
    }
    evidence.strategies = ["exhaustive", "halving"].map { strategy in
      StrategyCurve(
        strategy: strategy, isDefault: strategy == "halving", points: 96, problems: 9,
        moments: [0.01, 0.1, 0.5, 1].map { .init(fraction: $0, mean: 0.01 / $0, worst: 0.05 / $0) })
    }
    evidence.strategyRecord = name
    evidence.evaluations = [
      RecordedRows(
        file: "eval-\(name).jsonl",
        rows: [
          evaluation("full", bits: nil, effective: 16, perplexity: 30),
          evaluation("rtn", bits: 4, effective: 5, perplexity: 32.5),
          evaluation("ttq", bits: 4, effective: 5, perplexity: 31.25),
          evaluation("ttq", bits: 2, effective: 3, perplexity: 36.5),
        ], unreadable: 1)
    ]
    evidence.benchmarks = [
      RecordedRows(
        file: "bench-model-\(name).jsonl",
        rows: [
          ModelBenchRow(
            model: name, type: "q4g32/a8", engine: .ttq, prefill: "quantized", cache: .f32, promptTokens: 0,
            generatedTokens: 64, depth: 0, threads: 2, nanoseconds: [1.5e9, 1.6e9])
        ], unreadable: 0)
    ]
    evidence.code = [
      WinnerCode(
        family: .qmatmul, variant: "a8/avx512vnni_r16x1", summary: name, file: name, link: name, symbol: name,
        loop: ["vpdpbusd    %zmm1,%zmm2,%zmm3", name], instructions: 2)
    ]
    var other = plan
    other.context.date = name
    for index in other.rows.indices where index % 2 == 0 {
      other.rows[index].timing = timing(other.rows[index].timing.medianNanoseconds * 1.5)
    }
    evidence.comparison = PlanComparisonSource(name: name, plan: other)
    evidence.provenance = Provenance(
      commit: name, commands: ["ttq tune --shapes sample", name],
      files: [Provenance.File(title: name, path: name, bytes: 12_345)], absent: [name])
    return evidence
  }

  static let input = ReportInput(
    machine: machine, context: context, roofs: roofs, counters: counters, plan: plan, candidates: results,
    rigor: .quick, unreadableLines: 1, history: TuningHistory(entries), evidence: evidence())
}
