internal import ArgumentParser
internal import Foundation
internal import TTQ

/// Writes the logits of given tokens, for comparison with other programs.
struct LogitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logits",
    abstract: "Write the logits of given tokens: tensor `logits`, [T, vocabulary], f32, to a safetensors file.")

  @Argument(help: "The model's folder, or a GGUF file.")
  var folder: String

  @Option(help: "Token ids, comma between: 1,2,3.")
  var tokens: String

  @Option(help: "The file to write.")
  var output: String

  @OptionGroup var flags: SessionFlags
  @OptionGroup var options: MachineOptions

  func run() throws {
    let ids = try parsedTokens()
    let machine = try options.machine()
    let forced = try options.forced()
    let (plan, _, planNotes) = options.loadPlan(machine)
    for line in planNotes { note("note: \(line)") }
    let model = try LanguageModel(folder: folder)
    var sessionOptions = flags.sessionOptions(
      for: model, prompt: ids.count, machine: machine, threads: options.threadCount(machine), plan: plan,
      forced: forced, context: ids.count)
    sessionOptions.lowRank = try flags.lowRank(of: model)
    let session = try Session(model, sessionOptions)
    for line in RunSummary.unmetDemands(forced, session) { note("note: \(line)") }
    let logits = try session.prefillAll(ids)
    for line in session.notes { note("note: \(line)") }
    var writer = SafetensorsWriter()
    writer.add("logits", shape: [ids.count, logits.count / ids.count], values: logits)
    try writer.write(path: output)
    print("\(output): logits [\(ids.count), \(logits.count / ids.count)]")
  }

  private func parsedTokens() throws(CLIError) -> [Int] {
    let fields = tokens.split(separator: ",", omittingEmptySubsequences: false)
    let ids = fields.compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    guard ids.count == fields.count else {
      throw .invalid("--tokens: expected ids with a comma between, found \(tokens.prefix(60))")
    }
    return ids
  }
}
