internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Measure
internal import Records
internal import Tuner

/// Times the variants of one family side by side on one problem.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract:
      "Time the variants of a family on one problem: checked first, then interleaved, weights cold unless --warm.")

  @OptionGroup var problemOptions: ProblemOptions
  @OptionGroup var options: MachineOptions

  @Option(help: "Only this variant.")
  var variant: String?

  @Flag(help: "Keep the weights in cache instead of rotating over copies larger than the last-level cache.")
  var warm = false

  @Flag(help: "Print one JSON object a line.")
  var json = false

  @Option(help: "Seconds of sampling for each variant.")
  var seconds = 0.25

  func validate() throws {
    guard (0.01...60).contains(seconds) else {
      throw ValidationError("--seconds: expected 0.01 to 60, found \(seconds)")
    }
  }

  func run() throws {
    let machine = try options.machine()
    let threads = options.threads ?? 1
    guard let family = Catalogue.standard[problemOptions.family] else { throw CLIError.invalid("no such family") }
    let rows = try selected(family)
    let roofs = Roofs.measure(
      threads: [threads], budget: 3, isa: machine.isa.rawValue, lastLevelCacheBytes: machine.lastLevelCacheBytes,
      processors: machine.allowedCPUs, progress: { _, _ in })
    let bench = SideBySide(
      family: family, machine: machine, pool: ThreadPool(threads: threads, cpus: machine.allowedCPUs), threads: threads,
      coldBytes: warm ? 0 : machine.coldBytes, budget: seconds * 1e9, roofs: RoofModel(roofs))
    let results = bench.measure(rows.map { ($0, problemOptions.problem(for: $0)) })
    if json {
      for result in results {
        print(
          String(decoding: try RecordFile.encode(BenchRow(result, warm: warm), compact: true), as: UTF8.self),
          terminator: "")
      }
    } else {
      printTable(results, roofs: roofs, threads: threads)
    }
  }

  private func selected(_ family: any KernelFamily) throws(CLIError) -> [VariantRow] {
    var rows = family.rows.filter { row in
      let problem = problemOptions.problem(for: row)
      let activations = problemOptions.activation == nil || row.activation == problemOptions.activation
      return activations && (row.bits.isEmpty || problem.format.map { row.bits.contains($0.bits) } ?? true)
        && (row.element == nil || problem.element == nil || row.element == problem.element)
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

  private func printTable(_ results: [CandidateResult], roofs: RoofSet, threads: Int) {
    if let first = results.first {
      print("\(first.problem.name), \(Configuration(threads: threads)), \(warm ? "warm" : "cold") weights")
    }
    var table = TextTable(
      ["variant", "median", "interval", "GB/s", "GOP/s", "roof", "share", "error", "status"], left: [0, 2, 5, 8])
    for result in results {
      let row = BenchRow(result, warm: warm)
      let interval = result.timing.map { "\(Quantity.time($0.lowNanoseconds)) - \(Quantity.time($0.highNanoseconds))" }
      table.add([
        result.variant, result.timing.map { Quantity.time($0.medianNanoseconds) } ?? "-", interval ?? "-",
        row.gbps.map { Quantity.decimal($0) } ?? "-", row.gops.map { Quantity.decimal($0) } ?? "-", row.roof ?? "-",
        row.share.map(Quantity.percent) ?? "-", row.error.map(Quantity.error) ?? "-",
        [result.status.rawValue, result.reason].compactMap { $0 }.joined(separator: ": "),
      ])
    }
    print(table.text)
    let measured = roofs.roofs.compactMap { roof in
      roof.value.map { "\(roof.kind.rawValue) \(Quantity.decimal($0)) \(roof.kind.unit)" }
    }
    print("roofs of this run: \(measured.joined(separator: ", "))")
  }
}
