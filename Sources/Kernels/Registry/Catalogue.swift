package import Records

/// The only list of kernel families. Commands, tests, tuner, report and engine are loops over it.
package struct Catalogue: Sendable {
  package let families: [any KernelFamily]

  package init(families: [any KernelFamily]) {
    self.families = families
  }

  package static let standard = Catalogue(families: [
    StatisticFamily(),
    QuantizeActivationsFamily(),
    QuantizeFamily(),
    DequantizeFamily(),
    QMatmulFamily(),
    MatmulFamily(),
    MatmulQuantizeFamily(),
    LowRankFamily(),
    AttentionFamily(),
  ])

  /// The family called `name`.
  package subscript(_ name: FamilyName) -> (any KernelFamily)? { families.first { $0.name == name } }
}
