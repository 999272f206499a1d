internal import ArgumentParser
internal import Kernels
internal import Records
internal import Tuner

/// Takes rows out of a plan, so that they are tuned anew or chosen by rule.
struct PlanForgetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forget", abstract: "Take the rows that match a pattern, or that no longer hold, out of the plan.")

  @Argument(help: "Problems to forget, such as 'qmatmul/*' or 'attention/*/t1'.")
  var pattern: String?

  @Flag(help: "Forget rows measured of kernels that this build no longer has.")
  var void = false

  @OptionGroup var options: MachineOptions

  func validate() throws {
    guard (pattern == nil) == void else { throw ValidationError("expected a pattern or --void") }
  }

  func run() throws {
    let (_, path) = try options.requiredPlan(options.machine())
    let count = try PlanFile(path: path).forget { row in
      pattern.map(row.matches) ?? (Catalogue.standard.voids(row) != nil)
    }
    print("\(path): \(count) rows forgotten")
  }
}
