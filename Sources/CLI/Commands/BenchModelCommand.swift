internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Records
internal import TTQ

/// Times whole models: prompts with their requantization, and generations.
struct BenchModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-model",
    abstract: "Time prompts and generations of a whole model, requantization included, engines in turns.",
    discussion: """
      frozen is the same engine with weights that were quantized once, before: what ttq adds to the time to first token is its ratio to \
      that. With --shapes the layers are Qwen3's and the weights are random.
      """)

  @Argument(help: "A Hugging Face folder or a GGUF file.")
  var folder: String?

  @Option(help: "A shape set of Tuning/problems, such as qwen3-0.6b, or the path of one, in place of a folder.")
  var shapes: String?

  @Option(help: "Tokens of the prompts, comma between; 0 for none.")
  var prompt = CommaList([128, 512])

  @Option(help: "Tokens to generate; 0 for none.")
  var generate = 64

  @Option(help: "Positions in the cache before a generation begins, comma between.")
  var depth = CommaList([16])

  @Option(name: .customLong("method"), help: "Engines, comma between: full, frozen, ttq.")
  var engines = CommaList([BenchEngine.frozen, .ttq])

  @Option(help: "What prompts run through, comma between: quantized, exact.")
  var prefill = CommaList([PrefillMode.quantized])

  @Option(help: "quantized or full output layer.")
  var lmHead = SessionFlags.HeadMode.quantized

  @Option(name: .customLong("repeat"), help: "Rounds.")
  var rounds = 5

  @Flag(help: "Print one JSON object a line.")
  var json = false

  @Flag(help: "Print a Markdown table.")
  var markdown = false

  @OptionGroup var format: FormatOptions
  @OptionGroup var options: MachineOptions

  func validate() throws {
    guard (folder == nil) != (shapes == nil) else { throw ValidationError("expected one of DIR and --shapes NAME") }
    guard (1...1000).contains(rounds) else { throw ValidationError("--repeat: expected 1 to 1000, found \(rounds)") }
    guard !(json && markdown) else { throw ValidationError("expected either --json or --markdown") }
    for count in prompt.values + [generate] where !(0...1 << 20).contains(count) {
      throw ValidationError("--prompt and --generate: expected 0 to 1048576 tokens, found \(count)")
    }
    for count in depth.values where !(1...1 << 20).contains(count) {
      throw ValidationError("--depth: expected 1 to 1048576 positions, found \(count)")
    }
    guard !tests.isEmpty else { throw ValidationError("expected a prompt or tokens to generate") }
  }

  private var tests: [ModelBench.Test] {
    prompt.values.filter { $0 > 0 }.map { .prompt($0) }
      + (generate > 0 ? depth.values.map { .generate(generate, depth: $0) } : [])
  }

  func run() throws {
    let machine = try options.machine()
    let (plan, _, planNotes) = options.loadPlan(machine)
    for line in planNotes { note("note: \(line)") }
    let (model, shape) = try loadModel()
    let threads = options.threadCount(machine)
    let contenders = try contenders(model, machine: machine, threads: threads, plan: plan)
    let interrupt = Interrupt()
    let bench = ModelBench(
      name: shape.name, contenders: contenders, tests: tests, rounds: rounds, machine: machine, threads: threads,
      isInterrupted: { interrupt.wasRaised })
    var outcome = try bench.run()
    if let plan, lmHead == .quantized {
      let planned = PlannedModel(plan: plan, shape: shape)
      for index in outcome.rows.indices {
        outcome.rows[index].plannedNanoseconds = planned.time(of: outcome.rows[index])
      }
    }
    if json {
      for row in outcome.rows {
        print(String(decoding: try RecordFile.encode(row, compact: true), as: UTF8.self), terminator: "")
      }
    } else {
      print(markdown ? outcome.markdown(machine) : outcome.text(machine))
    }
    for line in Set(contenders.flatMap(\.session.notes)).sorted() { note("note: \(line)") }
  }

  private func contenders(
    _ model: LanguageModel, machine: Machine, threads: Int, plan: Plan?
  ) throws -> [ModelBench.Contender] {
    try engines.values.flatMap { engine in
      // A prompt in full precision is the same whatever is quantized after it.
      let modes = engine == .full ? [PrefillMode.exact] : prefill.values
      return try modes.map { mode in
        var session = SessionOptions()
        session.method =
          switch engine {
          case .full: .full
          case .frozen: .rtn
          case .ttq: .ttq
          }
        session.prefill = mode
        session.quantizesHead = lmHead == .quantized
        session.context = tests.map(\.positions).max()
        session.threads = threads
        session.format = format.format
        session.activations = format.activations
        session.cache = format.cache
        session.rule.norm = format.norm
        session.plan = plan
        session.forced = try options.forced()
        session.machine = machine
        return ModelBench.Contender(engine: engine, session: try Session(model, session))
      }
    }
  }

  /// The model in the folder, or one of random weights that lies in memory for as long as this process lives.
  private func loadModel() throws -> (LanguageModel, ModelShape) {
    if let folder { return (try LanguageModel(folder: folder), try ModelShape(folder: folder)) }
    let shape = try ModelShape(named: shapes ?? "", in: options.dataFolder)
    let memory = "/dev/shm"
    let base = FileManager.default.isWritableFile(atPath: memory) ? memory : FileManager.default.temporaryDirectory.path
    let folder = "\(base)/ttq-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    // What is mapped stays after the names are gone.
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try SyntheticModel(shape).write(to: folder)
    return (try LanguageModel(folder: folder), shape)
  }
}

extension BenchEngine: ExpressibleByArgument {}
