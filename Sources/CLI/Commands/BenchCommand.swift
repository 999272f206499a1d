internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Measure
internal import Records
internal import Tuner

/// Times the variants of one family side by side on one problem, or a suite of problems against its targets.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract:
      "Time the variants of a family on one problem: checked first, then in turns with the roofs, weights cold unless --warm.",
    discussion: "With --suite roofs: the best variant of each operation against what it should reach of the roofs.")

  @OptionGroup var problemOptions: ProblemOptions
  @OptionGroup var options: MachineOptions

  enum Suite: String, ExpressibleByArgument, CaseIterable { case roofs }

  @Option(help: "A suite in place of a family: roofs.")
  var suite: Suite?

  @Option(help: "Of a suite, only the rows whose name (as printed in JSON) matches this pattern, such as '*q4g32*t1'.")
  var only: String?

  @Flag(help: "Print a suite as a Markdown table.")
  var markdown = false

  @Option(help: "Only this variant.")
  var variant: String?

  @Option(help: "What threads divide in a product: rows or tokens.")
  var split = Configuration.Split.rows

  @Flag(help: "Keep the weights in cache instead of rotating over copies larger than the last-level cache.")
  var warm = false

  @Flag(help: "Print one JSON object a line.")
  var json = false

  @Option(help: "Seconds of sampling for each variant and roof.")
  var seconds = 0.25

  func validate() throws {
    guard (0.01...60).contains(seconds) else {
      throw ValidationError("--seconds: expected 0.01 to 60, found \(seconds)")
    }
    guard (problemOptions.family == nil) != (suite == nil) else {
      throw ValidationError("expected either --family or --suite")
    }
    guard suite != nil || (only == nil && !markdown) else {
      throw ValidationError("--only and --markdown: expected with --suite alone")
    }
    guard suite == nil || (variant == nil && !warm) else {
      throw ValidationError("--variant and --warm: expected with --family alone")
    }
    guard split == .rows || problemOptions.family == .qmatmul || problemOptions.family == .matmul else {
      throw ValidationError("--split tokens: expected with --family qmatmul or matmul")
    }
    guard !(json && markdown) else { throw ValidationError("expected either --json or --markdown") }
  }

  func run() throws {
    if suite != nil { return try runSuite() }
    let machine = try options.machine()
    let threads = options.threads ?? 1
    guard let name = problemOptions.family, let family = Catalogue.standard[name] else {
      throw CLIError.invalid("no such family")
    }
    let bench = SideBySide(
      machine: machine, pool: ThreadPool(threads: threads, cpus: machine.allowedCPUs), threads: threads,
      coldBytes: warm ? 0 : machine.coldBytes, budget: seconds * 1e9,
      bench: RoofBench(
        isa: machine.isa.rawValue, cacheBytes: machine.identity.cacheBytes, processors: machine.allowedCPUs))
    let outcome = bench.measure(
      try selected(family).map {
        SideBySide.Entry(
          family: family, row: $0, problem: problemOptions.problem(of: name, for: $0),
          configuration: Configuration(threads: threads, split: split))
      })
    if json {
      for result in outcome.results {
        print(
          String(decoding: try RecordFile.encode(BenchRow(result, warm: warm), compact: true), as: UTF8.self),
          terminator: "")
      }
    } else {
      printTable(outcome)
    }
  }

  private func runSuite() throws {
    let suite = RoofSuite(
      targets: RoofTarget.all, shapes: problemOptions.shape.map { [$0] } ?? RoofTarget.shapes, only: only,
      budget: seconds * 1e9, isaLimit: options.isaLimit, threads: options.threads)
    let outcome = try suite.run()
    if json {
      for row in outcome.rows {
        print(String(decoding: try RecordFile.encode(row, compact: true), as: UTF8.self), terminator: "")
      }
    } else {
      print(markdown ? outcome.markdown : outcome.text)
    }
  }

  private func selected(_ family: any KernelFamily) throws(CLIError) -> [VariantRow] {
    var rows = family.rows.filter { row in
      let problem = problemOptions.problem(of: family.name, for: row)
      let activations = problemOptions.activation == nil || row.activation == problemOptions.activation
      let side = problemOptions.side == nil || row.layout == nil || row.layout?.side == problemOptions.side
      return activations && side && (row.bits.isEmpty || problem.format.map { row.bits.contains($0.bits) } ?? true)
        && (row.element == nil || problem.element == nil || row.element == problem.element)
        && (row.searches.map { $0 == (problem.search > 0) } ?? true)
        && (row.cache == nil || row.cache == problem.cache)
    }
    guard let variant else { return rows }
    let known = Array(Set(rows.map(\.name))).sorted()
    rows = rows.filter { $0.name == variant }
    guard !rows.isEmpty else {
      throw .invalid(
        "--variant \(variant): \(family.name.rawValue) has no such variant for this problem; expected one of \(known.joined(separator: ", "))"
      )
    }
    return rows
  }

  private func printTable(_ outcome: SideBySideOutcome) {
    if let first = outcome.results.first {
      print("\(first.problem.name), \(first.configuration), \(warm ? "warm" : "cold") weights")
    }
    var table = TextTable(
      ["variant", "median", "interval", "GB/s", "GOP/s", "roof", "share", "error", "status"], left: [0, 2, 5, 8])
    for result in outcome.results {
      let row = BenchRow(result, warm: warm)
      table.add([
        result.variant, result.timing.map { Quantity.time($0.medianNanoseconds) } ?? "-",
        result.timing.map(Quantity.interval) ?? "-",
        row.gbps.map { Quantity.decimal($0) } ?? "-", row.gops.map { Quantity.decimal($0) } ?? "-", row.roof ?? "-",
        row.share.map { Quantity.percent($0) } ?? "-", row.error.map(Quantity.error) ?? "-",
        [result.status.rawValue, result.reason].compactMap { $0 }.joined(separator: ": "),
      ])
    }
    print(table.text)
    let measured = outcome.roofs.roofs.map { roof in
      let value = roof.value.map { "\(Quantity.decimal($0)) \(roof.kind.unit)" }
      return "\(roof.kind.rawValue) \(value ?? "n/a (\(roof.reason ?? ""))")"
    }
    print("roofs, in turns with the variants: \(measured.joined(separator: ", "))")
  }
}

extension Configuration.Split: ExpressibleByArgument {}
