internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Records
internal import TTQ
internal import Tuner

/// The whole path on the embedded model: tune this machine, write the report, generate with the winners.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Tune this machine for the embedded model, write the report, and generate text with the winning kernels.")

  /// The folder of the embedded model, beside the executable or in the package.
  static let model = "ttq-demo"

  @Option(help: "The prompt.")
  var prompt = "The old man sat by the fire and looked at the children. He said that when he was young,"

  @Option(help: "Tokens to generate.")
  var maxTokens = 48

  @OptionGroup var tuneOptions: TuneOptions
  @OptionGroup var options: MachineOptions

  func validate() throws {
    guard tuneOptions.rigor != .estimate else {
      throw ValidationError("--rigor: expected quick, measure or exhaustive; estimate measures nothing")
    }
  }

  func run() throws {
    let machine = try options.machine()
    let folder = try options.dataFolder.findDemoModel()
    print("machine: \(machine.cpuName), \(machine.isa.text), \(options.threadCount(machine)) threads")

    let outcome = try tuneOptions.tune(
      [try ModelShape(folder: folder)], format: .q4g32, activation: .a8, ways: QuantizingOptions.ofRun,
      options: options, machine: machine)
    TuneOptions.summarise(outcome)
    let name = machine.identity.name
    let report = try ReportCommand.write(
      tuning: try options.dataFolder.tuning(machine: name), plan: options.plan,
      output: options.dataFolder.report(machine: name))
    if outcome.cancelled { throw ExitCode(130) }

    let model = try LanguageModel(folder: folder)
    var sessionOptions = SessionOptions()
    sessionOptions.threads = options.threadCount(machine)
    sessionOptions.plan = outcome.plan
    sessionOptions.forced = try options.forced()
    sessionOptions.machine = machine
    let session = try Session(model, sessionOptions)
    var parameters = GenerateParameters()
    parameters.maxTokens = maxTokens
    // The likeliest token each time makes a model of this size repeat itself; a fixed seed keeps the demo the same.
    parameters.temperature = 0.8
    parameters.topP = 0.9
    parameters.seed = 1
    print("\nttq, 4 bit, groups of 32, int8 activations:\n")
    print(prompt, terminator: "")
    fflush(nil)
    let generation = try session.generate(model.encode(prompt), parameters, show: GenerationOutput.text.show)
    print("\n")
    for line in session.notes { print("note: \(line)") }
    print(RunSummary.text(generation, session))
    print("report               \(report)/index.html")
  }
}
