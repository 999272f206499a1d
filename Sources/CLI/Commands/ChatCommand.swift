internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Kernels
internal import Records
internal import TTQ

/// A conversation with a model.
struct ChatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat",
    abstract: "Talk with an instructed model: a line is a message.",
    discussion: """
      /clear forgets the conversation; Ctrl-D or /bye ends it. Ctrl-C stops an answer after its next token, and a second one ends the \
      program. When the context is full, the oldest messages are forgotten and a note says so; an answer that fills it ends there.
      """)

  @Argument(help: "The model's folder, or a GGUF file.")
  var folder: String

  @Option(help: "Instructions, as system message.")
  var system: String?

  @Option(help: "A chat template by name, where the model's own is not known. (default: by the hash of the model's)")
  var template: String?

  @Flag(inversion: .prefixedNo, help: "Whether a model that can think aloud before it answers may.")
  var thinking = true

  @Option(help: "Tokens of an answer at most. (default: as many as the context has room for)")
  var maxTokens: Int?

  @Option(help: "Positions of the KV cache. (default: the model's limit, at most 4096)")
  var context: Int?

  @Flag(help: "Print one JSON object a line: token, note, error and end events.")
  var json = false

  @OptionGroup var sampling: SamplingFlags
  @OptionGroup var flags: SessionFlags
  @OptionGroup var options: MachineOptions

  func run() throws {
    let output = json ? GenerationOutput.events : .text
    let machine = try options.machine()
    let (plan, _, planNotes) = options.loadPlan(machine)
    output.notes(planNotes)
    let model = try LanguageModel(folder: folder)
    let chat = try ChatSession(
      model, instructions: system,
      generateParameters: sampling.parameters(maxTokens: maxTokens),
      options: flags.sessionOptions(
        for: model, prompt: Workload.standard.prompt, machine: machine, threads: options.threadCount(machine),
        plan: plan, forced: try options.forced(),
        context: context),
      template: try template.map { name throws(EngineError) in try ChatTemplate.named(name) })
    chat.settings.thinking = thinking
    chat.settings.date = Self.today
    try talk(chat, output)
  }

  private func talk(_ chat: ChatSession, _ output: GenerationOutput) throws {
    let interrupt = Interrupt()
    let isTerminal = isatty(STDIN_FILENO) == 1
    var shownNotes = 0
    while true {
      if isTerminal { note("> ", terminator: "") }
      guard let line = readLine(), line != "/bye" else { break }
      if line == "/clear" { chat.clear() }
      guard !line.isEmpty, line != "/clear" else { continue }
      interrupt.lower()
      do throws(EngineError) {
        let answer = try chat.respond(to: line, isInterrupted: { interrupt.wasRaised }, show: output.show)
        output.end(answer)
      } catch {
        output.failure(error)
      }
      let notes = chat.session.notes
      output.notes(Array(notes.dropFirst(min(shownNotes, notes.count))))
      shownNotes = notes.count
    }
  }

  /// As some templates tell it to the model: `26 Jul 2024`.
  private static var today: String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "dd MMM yyyy"
    return format.string(from: Date())
  }
}
