internal import Kernels
internal import Measure
internal import Records
internal import TTQ
internal import Tuner

/// Times prompts and generations of one model by several engines, which take turns within each round, with the bandwidth roofs between
/// the rounds.
struct ModelBench {
  /// What is timed.
  enum Test: Hashable {
    case prompt(Int)
    case generate(Int, depth: Int)

    /// Positions that it needs.
    var positions: Int {
      switch self {
      case .prompt(let tokens): tokens
      case .generate(let tokens, let depth): tokens + depth
      }
    }
  }

  /// An engine with the session that it runs in.
  struct Contender {
    let engine: BenchEngine
    let session: Session

    var prefill: PrefillMode { session.options.prefill }
  }

  /// What a run gave.
  struct Outcome {
    var rows: [ModelBenchRow]
    let memory: MemoryBill
  }

  let name: String
  let contenders: [Contender]
  let tests: [Test]
  let rounds: Int
  let machine: Machine
  let threads: Int
  let isInterrupted: () -> Bool

  /// Runs everything once untimed, then test after test.
  func run() throws -> Outcome {
    for test in tests {
      for contender in contenders {
        try prepare(contender, for: test)
        _ = try time(contender, test)
      }
    }
    let memory = MemoryBill(contenders.map(\.session))
    let roofs = BandwidthRoofs(machine: machine, threads: threads)
    var rows: [ModelBenchRow] = []
    let bar = ProgressBar("bench-model")
    let start = MonotonicClock.now()
    for (index, test) in tests.enumerated() {
      let spent = Double(MonotonicClock.now() - start) / 1e9
      bar.show(
        done: index, total: tests.count, text: "\(test)",
        secondsLeft: index == 0 ? nil : spent / Double(index) * Double(tests.count - index))
      rows += try measure(test, between: roofs)
      if isInterrupted() { break }
    }
    bar.finish()
    return Outcome(rows: rows, memory: memory)
  }

  private func measure(_ test: Test, between roofs: BandwidthRoofs) throws -> [ModelBenchRow] {
    for contender in contenders { try prepare(contender, for: test) }
    var times = contenders.map { _ in [Double]() }
    var splits = contenders.map { _ in [TimeSplit]() }
    var found: [BandwidthRoofs.Sample] = []
    for round in 0..<rounds {
      found.append(roofs.sample())
      // Another engine goes first each time.
      for place in contenders.indices {
        let index = (place + round) % contenders.count
        times[index].append(try time(contenders[index], test))
        splits[index].append(contenders[index].session.times)
      }
    }
    let roof = BandwidthRoofs.Sample(medianOf: found)
    return contenders.indices.map { index in
      let frozen = contenders.firstIndex {
        $0.engine == .frozen && $0.prefill == contenders[index].prefill
      }
      return row(
        contenders[index], test, times[index], splits[index], frozen: frozen.map { times[$0] }, roof)
    }
  }

  /// Leaves the weights quantized, and the cache as a generation finds it.
  private func prepare(_ contender: Contender, for test: Test) throws {
    contender.session.reset()
    guard case .generate(_, let depth) = test else { return }
    try contender.session.prefill(tokens(depth, from: 0))
  }

  /// Nanoseconds of one repetition.
  private func time(_ contender: Contender, _ test: Test) throws -> Double {
    let session = contender.session
    switch test {
    case .prompt(let count):
      session.reset()
      let prompt = tokens(count, from: 0)
      let start = MonotonicClock.now()
      try session.prefill(prompt)
      return Double(MonotonicClock.now() - start)
    case .generate(let count, let depth):
      if session.rewind(to: depth) < depth { try session.prefill(tokens(depth, from: 0)) }
      let start = MonotonicClock.now()
      for token in tokens(count, from: depth) { try session.decode(token) }
      return Double(MonotonicClock.now() - start)
    }
  }

  /// Tokens all over the vocabulary, the same for every engine.
  private func tokens(_ count: Int, from first: Int) -> [Int] {
    let vocabulary = contenders[0].session.model.configuration.vocabularySize
    return (first..<first + count).map { Int(UInt64($0 + 1) &* 0x9E37_79B9_7F4A_7C15 >> 33) % vocabulary }
  }

  private func row(
    _ contender: Contender, _ test: Test, _ times: [Double], _ splits: [TimeSplit], frozen: [Double]?,
    _ roof: BandwidthRoofs.Sample
  ) -> ModelBenchRow {
    let session = contender.session
    var (prompt, generated, depth) = (0, 0, 0)
    switch test {
    case .prompt(let tokens): prompt = tokens
    case .generate(let tokens, let before): (generated, depth) = (tokens, before)
    }
    var row = ModelBenchRow(
      model: name, type: contender.engine == .full ? session.weightType : session.quantizedType,
      engine: contender.engine, prefill: contender.prefill.rawValue, cache: session.options.cache, promptTokens: prompt,
      generatedTokens: generated, depth: depth, threads: threads, nanoseconds: times)
    (row.copyRoof, row.readRoof, row.roundTripNanoseconds) = (roof.copy, roof.read, roof.roundTrip)
    if prompt > 0 {
      let parts = PromptParts(splits)
      row.parts = parts
      if contender.engine == .ttq {
        row.overFrozen = frozen.flatMap { Ratio(times, over: $0) }
        // Fused with the products, it has no time of its own.
        if contender.prefill == .quantized {
          row.quantizeOverCopy = roof.copy.map { parts.quantizeNanoseconds * $0 / Double(session.quantizedTraffic) }
        }
      }
    } else {
      let bytes = Double(session.weightsRead) + session.cacheBytes(at: Double(depth) + Double(generated) / 2)
      row.readShare = roof.read.map { bytes * Double(generated) / Statistics.median(times) / $0 }
    }
    return row
  }
}

extension PromptParts {
  /// The mean shares of `splits`, which are not empty.
  init(_ splits: [TimeSplit]) {
    func share(_ part: (TimeSplit) -> Int) -> Double {
      splits.reduce(0) { $0 + Double(part($1)) / Double(max($1.total - $1.load, 1)) } / Double(splits.count)
    }
    self.init(
      statistic: share(\.statistic), quantize: share(\.quantize), multiply: share(\.multiply),
      attention: share(\.attention), rest: share(\.rest), firstToken: share(\.firstToken),
      quantizeNanoseconds: Statistics.median(splits.map { Double($0.quantize) }))
  }
}
