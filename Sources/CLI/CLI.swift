internal import ArgumentParser

@main
struct TTQCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ttq",
    abstract: "Test-time quantization on CPUs: tune kernels, look at the report, run models with the winners.",
    subcommands: [
      DemoCommand.self, RunCommand.self, ChatCommand.self, EvalCommand.self, TuneCommand.self, PlanCommand.self,
      ReportCommand.self, BenchCommand.self,
      BenchModelCommand.self, KernelsCommand.self,
      DoctorCommand.self, LogitsCommand.self, TokenizeCommand.self, WorkerCommand.self,
    ])
}
