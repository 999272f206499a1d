internal import ArgumentParser

@main
struct TTQCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "ttq", abstract: "Test-time quantization on CPUs.")
}
