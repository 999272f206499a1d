internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Records
internal import Report
internal import TTQ

/// Measures what quantization costs in quality.
struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Perplexity and divergence from full precision of a model under each method, on texts of yours.",
    discussion:
      "With --output, finished rows are kept in a journal beside the file, and the same command goes on after a kill.")

  @Argument(help: "The model's folder, or a GGUF file.")
  var folder: String

  @Option(help: "Text files, commas between.")
  var text: CommaList<String>

  @OptionGroup var grid: EvaluationGrid

  @Option(help: "Tokens of a window. (default: the model's context, at most 2048)")
  var window: Int?

  @Option(help: "Windows of each text at most. (default: all)")
  var windows: Int?

  @Option(help: "Activations of quantized products: int8 or f32.")
  var activations = ActivationFormat.a8

  @Option(help: "The p of the channels' norms: 1, 2 or 4.")
  var norm = NormOrder.two

  @Option(help: "The floor under the norms, relative to their mean.")
  var lambda = 0.01

  @Option(help: "quantized or full output layer.")
  var lmHead = SessionFlags.HeadMode.quantized

  @Flag(help: "Print one JSON object a line instead of a Markdown table.")
  var json = false

  @Flag(help: "Print a Markdown table, which is the default.")
  var markdown = false

  @Option(help: "The file to write in place of standard output.")
  var output: String?

  @Option(help: "A folder for plots of perplexity against effective bits, an SVG for each text.")
  var plot: String?

  @OptionGroup var options: MachineOptions

  func validate() throws {
    guard !(json && markdown) else { throw ValidationError("expected either --json or --markdown") }
    guard activations != .bf16 else { throw ValidationError("--activations: expected int8 or f32, found bf16") }
    guard (0...10).contains(lambda) else { throw ValidationError("--lambda: expected 0 to 10, found \(lambda)") }
  }

  func run() throws {
    let machine = try options.machine()
    let (plan, _, notes) = options.loadPlan(machine)
    for line in notes { note("note: \(line)") }
    var base = SessionOptions()
    base.activations = activations
    base.rule.norm = norm
    base.rule.lambda = lambda
    base.quantizesHead = lmHead == .quantized
    base.threads = options.threadCount(machine)
    base.plan = plan
    base.forced = try options.forced()
    base.machine = machine
    let model = try LanguageModel(folder: folder)
    let run = EvaluationRun(
      model: model, base: base, window: window ?? min(model.configuration.maxPositions, 2048), limit: windows,
      journal: output.map { EvaluationJournal(path: "\($0).journal") })
    let entries = try run.entries(texts: text.values, grid: grid)
    try write(entries)
    if let plot { try draw(entries.map(\.row), in: plot) }
  }

  private func draw(_ rows: [EvaluationRow], in folder: String) throws {
    for text in Set(rows.map(\.subject.text)).sorted() {
      let title = "\(URL(fileURLWithPath: self.folder).lastPathComponent), \(text)"
      guard let plot = PerplexityPlot(rows.filter { $0.subject.text == text }, title: title) else { continue }
      let path = "\(folder)/\(text).svg"
      try RecordFile.write(Data(plot.svg.utf8), to: path)
      note(path)
    }
  }

  private func write(_ entries: [EvaluationEntry]) throws {
    var bytes = Data()
    if json {
      for entry in entries { bytes += try RecordFile.encode(entry.row, compact: true) }
    } else {
      bytes = Data(EvaluationTable.markdown(entries).utf8)
    }
    if let output {
      try RecordFile.write(bytes, to: output)
      print(output)
    } else {
      print(String(decoding: bytes, as: UTF8.self), terminator: "")
    }
  }
}
