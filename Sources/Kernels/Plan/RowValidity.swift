package import Records

extension KernelFamily {
  /// Why `row` of a plan says nothing about the kernels of this build, in words that follow the variant's name; nil where it does.
  package func voids(_ row: PlanRow) -> String? {
    if row.contract != contract { return "was measured under contract \(row.contract), now \(contract)" }
    guard let variant = variant(named: row.variant, for: row.problem) else {
      return variants.contains { $0.row.name == row.variant } ? "cannot serve this problem" : "is in this build no more"
    }
    let revision = variant.row.revision
    return revision == row.revision ? nil : "was measured at revision \(row.revision), now \(revision)"
  }
}

extension Catalogue {
  /// Why `row` says nothing about the kernels of this build, or nil where it does.
  package func voids(_ row: PlanRow) -> String? {
    guard let family = self[row.problem.family] else { return "is of a family that this build lacks" }
    return family.voids(row)
  }
}
