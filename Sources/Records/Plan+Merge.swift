extension Plan {
  /// Adds the rows and layouts of another plan of the same machine.
  ///
  /// Of two rows that answer the same question the better founded one stays: one that `isVoid` condemns loses to one that it does
  /// not, then less rigor loses to more, then the earlier one loses, so that the order in which the plans of a fleet are merged
  /// does not matter. A layout follows the rows it was chosen from, and is replaced as well where it was chosen for another workload.
  ///
  /// - Parameter isVoid: whether a row was measured of kernels that are no longer there, such as an older revision.
  package mutating func merge(_ other: Plan, isVoid: (PlanRow) -> Bool = { _ in false }) {
    func rank(_ row: PlanRow) -> (Int, Rigor, String) { (isVoid(row) ? 0 : 1, row.rigor, row.date) }
    var places = Dictionary(rows.indices.map { (rows[$0].key, $0) }) { $1 }
    var adopted: Set<PlanKey> = []
    for row in other.rows {
      guard let place = places[row.key] else {
        places[row.key] = rows.count
        rows.append(row)
        adopted.insert(row.key)
        continue
      }
      guard rank(row) >= rank(rows[place]) else { continue }
      rows[place] = row
      adopted.insert(row.key)
    }
    for layout in other.layouts {
      guard let place = layouts.firstIndex(where: { $0.sameQuestion(as: layout) }) else {
        layouts.append(layout)
        continue
      }
      let replaced = PackedLayout.allCases.contains { adopted.contains(layout.writer(of: $0)) }
      if replaced || layouts[place].workload != layout.workload { layouts[place] = layout }
    }
    if other.context.date >= context.date {
      (context, roofs, choices) = (other.context, other.roofs, other.choices ?? choices)
    }
  }

  /// Takes out the rows that `isForgotten` tells, and the layouts of matrices that no row packs any more. Returns how many rows went.
  package mutating func forget(_ isForgotten: (PlanRow) -> Bool) -> Int {
    let before = rows.count
    rows.removeAll(where: isForgotten)
    let keys = Set(rows.map(\.key))
    layouts.removeAll { layout in !keys.contains(layout.writer(of: layout.layout)) }
    return before - rows.count
  }
}

extension LayoutChoice {
  /// The question of packing this matrix in `layout`.
  fileprivate func writer(of layout: PackedLayout) -> PlanKey {
    PlanKey(
      problem: Problem(family: .quantize, n: n, k: k, format: format, element: element), layout: layout,
      threads: threads)
  }
}
