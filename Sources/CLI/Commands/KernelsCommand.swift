internal import ArgumentParser
internal import Kernels
internal import Records

/// Lists the catalogue.
struct KernelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract: "List every family and variant, its layout and instruction set, and whether this machine has it.")

  @OptionGroup var options: MachineOptions

  func run() throws {
    let machine = try options.machine()
    for family in Catalogue.standard.families {
      print("\(family.name.rawValue) (contract \(family.contract)): \(family.formula)")
      var table = TextTable(
        ["  variant", "bits", "layout", "needs", "here", "error", "what it does"], left: [0, 1, 2, 3, 4, 6])
      for rows in grouped(family.rows) {
        let row = rows[0]
        let bits = rows.flatMap(\.bits).map(String.init).joined(separator: " ")
        let needs = row.needsOpenBLAS ? "OpenBLAS" : row.isa.isEmpty ? "-" : row.isa.names.last ?? "-"
        let here = row.unsupported(by: machine.isa) == nil ? "yes" : "no"
        table.add([
          "  \(row.name)", bits.isEmpty ? "-" : bits, row.layout?.rawValue ?? "-", needs, here,
          "\(family.tolerance(of: row))", row.summary,
        ])
      }
      print(table.text, terminator: "\n\n")
    }
    print("Error is the largest that passes: relative to the norm of the result, or the share of codes that differ.")
    print("This machine has \(machine.isa.text). A row is named <family>/q<bits>g<group>/<variant> everywhere.")
  }

  /// Rows of one name, which differ in their width only, side by side.
  private func grouped(_ rows: [VariantRow]) -> [[VariantRow]] {
    var order: [String] = []
    var groups: [String: [VariantRow]] = [:]
    for row in rows {
      if groups[row.name] == nil { order.append(row.name) }
      groups[row.name, default: []].append(row)
    }
    return order.compactMap { groups[$0] }
  }
}
