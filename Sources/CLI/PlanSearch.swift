internal import Foundation
internal import Records

/// Where the plan of a machine may lie, and which one counts.
///
/// Looked for in `--plan` alone where that is given; else in the project's `Tuning`, the user's configuration folder, then the system's. The first
/// place with a readable plan of the machine counts; where none has one, the first plan of another machine with the same
/// instruction sets serves as a hint.
struct PlanSearch {
  let machine: MachineIdentity
  /// The value of `--plan`.
  let explicit: String?
  /// Folders with a subfolder `machines`, in the order of the search.
  let folders: [String]

  /// What was found, and what could not be used and why, a line each.
  struct Found {
    var plan: Plan?
    var path: String?
    var notes: [String] = []
  }

  /// The files that may hold the machine's plan, in order.
  var paths: [String] {
    explicit.map { [$0] } ?? folders.map { "\($0)/machines/\(machine.name)/plan.json" }
  }

  func find() -> Found {
    var found = Found()
    for path in paths where found.plan == nil {
      guard FileManager.default.fileExists(atPath: path) else {
        if explicit != nil { found.notes.append("\(path): no such plan; kernels are chosen by rule") }
        continue
      }
      do throws(RecordError) {
        let plan = try Plan(path: path)
        guard plan.machine == machine else {
          let hint = plan.machine.isa == machine.isa
          found.notes.append(mismatch(path, plan, hint ? "its rows serve as hints (same instruction sets)" : "ignored"))
          // A plan that was named is shown and asked all the same; the look-up uses what of it holds here.
          if hint || explicit != nil { (found.plan, found.path) = (plan, path) }
          continue
        }
        (found.plan, found.path) = (plan, path)
      } catch {
        found.notes.append("\(error); ignored")
      }
    }
    if found.plan == nil, explicit == nil { findHint(&found) }
    return found
  }

  /// The first plan of another machine with the same instruction sets, whose folders are named after the last of them.
  private func findHint(_ found: inout Found) {
    for folder in folders.map({ "\($0)/machines" }) {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for name in names.sorted() where name != machine.name && name.contains("-\(machine.isa.last ?? "baseline")-") {
        let path = "\(folder)/\(name)/plan.json"
        guard let plan = try? Plan(path: path), plan.machine.isa == machine.isa else { continue }
        found.notes.append(mismatch(path, plan, "its rows serve as hints (same instruction sets)"))
        (found.plan, found.path) = (plan, path)
        return
      }
    }
  }

  private func mismatch(_ path: String, _ plan: Plan, _ use: String) -> String {
    "\(path): tuned on \(plan.machine.name), this is \(machine.name)\(plan.machine.name == machine.name ? " with other caches or cores" : ""); \(use)"
  }
}
