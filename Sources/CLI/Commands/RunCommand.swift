internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Records
internal import TTQ

/// Generates text with a model.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract:
      "Generate text with a Hugging Face folder or a GGUF file (Llama, Qwen2, Qwen3, Gemma3 or OPT) under test-time quantization."
  )

  @Argument(help: "The model's folder (config.json, safetensors and a tokenizer), or a GGUF file in F32, F16 or BF16.")
  var folder: String

  @Option(name: .shortAndLong, help: "The prompt.")
  var prompt: String

  @Option(help: "Tokens to generate at most.")
  var maxTokens = 128

  @Option(help: "Positions of the KV cache. (default: the model's limit, at most 4096)")
  var context: Int?

  @Option(
    help: "Choose the bits of each layer by the prompt, within so many effective bits a weight, in place of --bits.")
  var budgetBits: Double?

  @Flag(help: "Print the time split, memory, break-even and every kernel with its reason in place of the summary.")
  var stats = false

  @Flag(help: "Print how each kernel was chosen.")
  var explain = false

  @Flag(help: "Print one JSON object a line: token, note and end events.")
  var json = false

  @OptionGroup var sampling: SamplingFlags
  @OptionGroup var flags: SessionFlags
  @OptionGroup var options: MachineOptions

  func validate() throws {
    guard budgetBits == nil || flags.method == .ttq else {
      throw ValidationError("--budget-bits: only with --method ttq")
    }
    guard (2...16).contains(budgetBits ?? 2) else {
      throw ValidationError("--budget-bits: expected 2 to 16, found \(budgetBits ?? 0)")
    }
  }

  func run() throws {
    let output = json ? GenerationOutput.events : .text
    let machine = try options.machine()
    let forced = try options.forced()
    let (plan, _, planNotes) = options.loadPlan(machine)
    output.notes(planNotes)
    if plan?.machine != machine.identity {
      output.notes(["this machine is not tuned for this model; to tune: ttq tune --model \(folder)"])
    }
    let model = try LanguageModel(folder: folder)
    let tokens = try model.encode(prompt)
    var sessionOptions = flags.sessionOptions(
      for: model, prompt: tokens.count, machine: machine, threads: options.threadCount(machine), plan: plan,
      forced: forced, context: context)
    sessionOptions.lowRank = try flags.lowRank(of: model)
    if let budgetBits {
      sessionOptions.formats = try BitAllocation(model, prompt: tokens, budget: budgetBits, options: sessionOptions)
        .formats
    }
    let session = try Session(model, sessionOptions)
    output.notes(RunSummary.unmetDemands(forced, session))
    if explain { Self.explain(session) }
    let interrupt = Interrupt()
    let generation = try session.generate(
      tokens, sampling.parameters(maxTokens: maxTokens), show: output.show,
      isInterrupted: { interrupt.wasRaised })
    output.notes(session.notes)
    output.end(generation)
    if stats {
      note(try RunStatistics.text(generation, session))
    } else if !json {
      note(RunSummary.text(generation, session))
    }
  }

  private static func explain(_ session: Session) {
    for line in session.layoutExplanations { note(line) }
    for kernel in session.kernels { note(kernel.explanation) }
  }
}
