internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Records
internal import TTQ

/// Generates text with a model.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Generate text with a Hugging Face folder (Llama or Qwen3) under test-time quantization.")

  @Argument(help: "The model's folder: config.json, safetensors and a tokenizer.")
  var folder: String

  @Option(name: .shortAndLong, help: "The prompt.")
  var prompt: String

  @Option(help: "Tokens to generate at most.")
  var maxTokens = 128

  @Option(help: "0 takes the likeliest token each time.")
  var temperature: Float = 0

  @Option(help: "Choose among this many likeliest tokens; 0 for all.")
  var topK = 0

  @Option(help: "Choose among the likeliest tokens that make up this share.")
  var topP: Float = 1

  @Option(help: "Seed of the choices.")
  var seed: UInt64 = 0

  @Option(help: "Positions of the KV cache. (default: the model's limit, at most 4096)")
  var context: Int?

  @Flag(help: "Print how each kernel was chosen.")
  var explain = false

  @OptionGroup var flags: SessionFlags
  @OptionGroup var options: MachineOptions

  func run() throws {
    var parameters = GenerateParameters()
    parameters.maxTokens = maxTokens
    parameters.temperature = temperature
    parameters.topK = topK
    parameters.topP = topP
    parameters.seed = seed
    let machine = try options.machine()
    let forced = try options.forced()
    let (plan, _, planNotes) = options.loadPlan(machine)
    for line in planNotes { note("note: \(line)") }
    if plan?.machine != machine.identity {
      note("note: this machine is not tuned for this model; to tune: ttq tune --model \(folder)")
    }
    let model = try LanguageModel(folder: folder)
    let session = try Session(
      model,
      flags.sessionOptions(
        machine: machine, threads: options.threadCount(machine), plan: plan, forced: forced, context: context))
    for line in RunSummary.unmetDemands(forced, session) { note("note: \(line)") }
    if explain { Self.explain(session) }
    let generation = try session.generate(model.encode(prompt), parameters, show: Self.show)
    Self.show("\n")
    for line in session.notes { note("note: \(line)") }
    note(RunSummary.text(generation, session))
  }

  /// Writes a piece of text at once.
  static func show(_ piece: String) {
    print(piece, terminator: "")
    fflush(nil)
  }

  private static func explain(_ session: Session) {
    for line in session.layoutExplanations { note(line) }
    for kernel in session.kernels { note(kernel.explanation) }
  }
}
