import CKernels
import Foundation
import Kernels
import Records
import Testing

/// What must hold of the catalogue as a whole.
@Suite struct CatalogueTests {
  private let families = Catalogue.standard.families

  @Test func holdsEveryFamilyOnce() {
    #expect(
      families.map(\.name).sorted { $0.rawValue < $1.rawValue }
        == FamilyName.allCases.sorted { $0.rawValue < $1.rawValue })
  }

  /// A row is known by name, width, element and layout; two rows that share all would hide each other.
  @Test func namesRowsUniquely() {
    for family in families {
      let keys = family.rows.flatMap { row in (row.bits.isEmpty ? [0] : row.bits).map { "\(row.name)/q\($0)" } }
      #expect(Set(keys).count == keys.count, "\(family.name)")
    }
  }

  @Test func beginsEveryFamilyWithItsReference() {
    for family in families { #expect(family.rows.first?.isReference == true, "\(family.name)") }
  }

  @Test func holdsEveryRowOfTheCTablesOnce() {
    func names(_ family: FamilyName) -> [String] {
      families.first { $0.name == family }?.rows.filter { $0.file.contains("CKernels") }.map { "\($0.name)/\($0.bits)" }
        ?? []
    }
    let counts: [(FamilyName, Int)] = unsafe [
      (.statistic, count(ttq_statistic_rows)), (.quantizeActivations, count(ttq_quantize_activations_rows)),
      (.quantize, count(ttq_quantize_rows)), (.dequantize, count(ttq_dequantize_rows)),
      (.qmatmul, count(ttq_qmatmul_rows)),
      (.matmul, count(ttq_matmul_rows)), (.matmulQuantize, count(ttq_matmul_quantize_rows)),
      (.lowrank, count(ttq_lowrank_rows)), (.attention, count(ttq_attention_rows)),
    ]
    for (family, expected) in counts {
      #expect(names(family).count == expected && Set(names(family)).count == expected, "\(family)")
      #if arch(x86_64)
        #expect(expected > 0, "\(family)")
      #endif
    }
  }

  private func count<Row>(_ accessor: (UnsafeMutablePointer<Int>) -> UnsafePointer<Row>) -> Int {
    var count = 0
    _ = unsafe accessor(&count)
    return count
  }

  @Test func costsArePositive() {
    for family in families {
      for row in family.rows {
        for problem in Problems.covering(row, of: family.name) {
          let cost = family.cost(of: problem)
          #expect(cost.bytes > 0 && cost.operations > 0, "\(problem.name)")
        }
      }
    }
  }

  @Test func masksInstructionSets() throws {
    #expect(try Machine.probe(isaLimit: "baseline").isa == .baseline)
    #expect(try Machine.probe(isaLimit: "avx2").isa.isSubset(of: .avx2))
    #expect(throws: MachineError.self) { try Machine.probe(isaLimit: "avx9000") }
  }
}
