internal import Foundation
package import Kernels
package import Records

/// The plan of one machine on disk, which several tuners may add to.
package struct PlanFile: Sendable {
  package let path: String
  private let catalogue: Catalogue

  /// - Parameter catalogue: tells which rows still say something about the kernels at hand.
  package init(path: String, catalogue: Catalogue = .standard) {
    self.path = path
    self.catalogue = catalogue
  }

  /// Adds `newer` to the plan and returns the whole, with a line for the user where the file at hand was not one to add to.
  ///
  /// Reading, merging and replacing happen under a lock on `<path>.lock`. A file that is no plan of this schema and machine
  /// is not added to and not lost: it is kept as `<path>.replaced`.
  package func merge(_ newer: Plan) throws(RecordError) -> (plan: Plan, note: String?) {
    let merged = try FileLock.holding(path + ".lock") { () throws(RecordError) in
      let (old, note) = try existing(like: newer)
      var merged = old ?? newer
      if old != nil { merged.merge(newer) { catalogue.voids($0) != nil } }
      try merged.write(to: path)
      return (merged, note)
    }
    return merged ?? (newer, nil)
  }

  /// Takes out the rows that `isForgotten` tells, under the same lock, and returns how many went.
  package func forget(_ isForgotten: (PlanRow) -> Bool) throws(RecordError) -> Int {
    try FileLock.holding(path + ".lock") { () throws(RecordError) in
      var plan = try Plan(path: path)
      let count = plan.forget(isForgotten)
      if count > 0 { try plan.write(to: path) }
      return count
    } ?? 0
  }

  /// The plan at hand, or nil with the reason where there is none to add to.
  private func existing(like newer: Plan) throws(RecordError) -> (Plan?, String?) {
    guard FileManager.default.fileExists(atPath: path) else { return (nil, nil) }
    let reason: String
    do throws(RecordError) {
      let old = try Plan(path: path)
      if old.machine == newer.machine { return (old, nil) }
      reason = "\(path): expected a plan of \(newer.machine.name), found another machine's (\(old.machine.name))"
    } catch {
      reason = error.description
    }
    // A second name, so that the file stays where it is until the new one replaces it.
    let aside = path + ".replaced"
    _ = unsafe unlink(aside)
    guard unsafe link(path, aside) == 0 else {
      throw .unwritable(path: aside, reason: unsafe String(cString: strerror(errno)))
    }
    return (nil, "\(reason); kept as \(aside)")
  }
}
