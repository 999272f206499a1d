internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Records
internal import TTQ
internal import Tuner

/// Measures every candidate for a model's shapes and adds the winners to this machine's plan.
struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract:
      "Find the fastest kernels of this machine for a model's shapes; a killed tuning goes on where it stopped.",
    subcommands: [SimulateCommand.self, CompareCommand.self])

  @Option(help: "A Hugging Face folder or a GGUF file: its shapes are tuned. (default: the demo model)")
  var model: String?

  @Option(help: "Shape sets of Tuning/problems, such as qwen3-0.6b,qwen3-1.7b, or paths of some, comma between.")
  var shapes: CommaList<String>?

  @OptionGroup var tuneOptions: TuneOptions
  @OptionGroup var formatOptions: FormatOptions
  @OptionGroup var quantizing: QuantizingOptions
  @OptionGroup var options: MachineOptions

  func validate() throws {
    guard model == nil || shapes == nil else { throw ValidationError("expected one of --model DIR and --shapes NAME") }
  }

  func run() throws {
    let machine = try options.machine()
    let shapes = try modelShapes()
    if tuneOptions.rigor == .estimate { return try printEstimates(shapes, machine) }
    let outcome = try tuneOptions.tune(
      shapes, format: formatOptions.format, activation: formatOptions.activations,
      cache: formatOptions.cache, norm: formatOptions.norm, ways: quantizing.ways, options: options, machine: machine)
    TuneOptions.summarise(outcome)
    print("to see how each winner won: ttq report")
  }

  /// What would be used without measuring: the rule's choices.
  private func printEstimates(_ shapes: [ModelShape], _ machine: Machine) throws {
    let lookup = PlanLookup(plan: nil, machine: machine, threads: options.threadCount(machine))
    func line(_ family: some KernelFamily, _ problem: Problem) throws -> String {
      try lookup.select(family, for: problem).explanation
    }
    let problems = TuningProblems.all(
      of: shapes, format: formatOptions.format, activation: formatOptions.activations, cache: formatOptions.cache,
      norm: formatOptions.norm, ways: quantizing.ways)
    for problem in problems {
      if let family = Catalogue.standard[problem.family] { print(try line(family, problem)) }
    }
    print("nothing was measured and no plan written; --rigor quick measures")
  }

  /// The shapes that were asked for, or the demo model's.
  func modelShapes() throws -> [ModelShape] {
    if let shapes { return try shapes.values.map { try ModelShape(named: $0, in: options.dataFolder) } }
    return [try ModelShape(folder: try model ?? options.dataFolder.findDemoModel())]
  }
}
