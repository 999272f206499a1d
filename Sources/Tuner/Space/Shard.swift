package import Kernels
package import Records

/// The part of a tuning that one machine of a fleet takes: `2/4` is the second of four.
package struct Shard: Hashable, Sendable, CustomStringConvertible {
  /// From 1 to `count`.
  package let index: Int
  package let count: Int

  /// The shard written `text`, or nil where that is not one.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1], (1...9999).contains(count),
      (1...count).contains(index)
    else { return nil }
    (self.index, self.count) = (index, count)
  }

  package var description: String { "\(index)/\(count)" }

  /// The problems of this shard, in the order of `all`; those of all shards together are `all`, each once.
  ///
  /// All problems over one matrix go to one shard, which can then choose the matrix's layout. Matrices are dealt out from the most to
  /// the least work, each to the shard that has the least so far.
  package func problems(of all: [Problem], catalogue: Catalogue) -> [Problem] {
    var work: [Matter: Double] = [:]
    var order: [Matter] = []
    for problem in all {
      let matter = Matter(problem)
      let operations = catalogue[problem.family]?.cost(of: problem).operations ?? 0
      if work.updateValue((work[matter] ?? 0) + operations, forKey: matter) == nil { order.append(matter) }
    }
    let dealt = order.indices.sorted { (-(work[order[$0]] ?? 0), $0) < (-(work[order[$1]] ?? 0), $1) }
    var loads = [Double](repeating: 0, count: count)
    var mine: Set<Matter> = []
    for place in dealt {
      let matter = order[place]
      guard let least = loads.indices.min(by: { (loads[$0], $0) < (loads[$1], $1) }) else { continue }
      loads[least] += work[matter] ?? 0
      if least == index - 1 { mine.insert(matter) }
    }
    return all.filter { mine.contains(Matter($0)) }
  }

  /// What problems have in common that must be tuned together: a matrix, whatever is done with it; else the whole problem.
  private enum Matter: Hashable {
    case matrix(n: Int, k: Int)
    case alone(Problem)

    init(_ problem: Problem) {
      self = problem.n > 0 && problem.family != .attention ? .matrix(n: problem.n, k: problem.k) : .alone(problem)
    }
  }
}
