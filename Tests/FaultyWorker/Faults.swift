internal import CKernels
internal import Foundation
package import Kernels
internal import Records

/// Rows that a tuner must survive.
package enum Faults {
  /// The standard catalogue, whose `statistic` also has a wrong, a crashing and a hanging variant.
  package static let catalogue = Catalogue(
    families: Catalogue.standard.families.map { family in
      family is StatisticFamily ? StatisticFamily(variants: StatisticFamily.standard + faulty) : family
    })

  /// The faulty family alone.
  package static let statistic = Catalogue(families: catalogue.families.filter { $0.name == .statistic })

  private static let faulty = [
    variant("wrong", unsafe StatisticKernel { args in unsafe args.pointee.sum[0] += 1 }),
    variant("crashing", unsafe StatisticKernel { _ in abort() }),
    variant("hanging", unsafe StatisticKernel { _ in while true { usleep(1000) } }),
  ]

  private static func variant(_ name: String, _ kernel: StatisticKernel) -> Variant<StatisticKernel> {
    var row = StatisticFamily.standard[0].row
    row.name = name
    return Variant(row, kernel: kernel)
  }
}
