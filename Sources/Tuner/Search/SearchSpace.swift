package import Records

/// A point of the space as a strategy sees it: what it is and what the roofs say of it, before anything is measured.
package struct SearchPoint: Hashable, Sendable {
  /// How likely a point is to win by rule alone, the likeliest first.
  package enum Tier: Int, Comparable, Sendable {
    /// The rule's own choice for its problem and thread count.
    case rule
    /// Written for an instruction set.
    case compiled
    /// Written for every machine.
    case portable
    /// The scalar reference.
    case reference

    /// How many times the floor a kernel of this kind takes at least, by what was measured of them: 1 says nothing.
    package var leastLoss: Double {
      switch self {
      case .rule, .compiled: 1
      case .portable: 4
      case .reference: 16
      }
    }

    package static func < (a: Tier, b: Tier) -> Bool { a.rawValue < b.rawValue }
  }

  package let key: CandidateKey
  package let layout: PackedLayout?
  package let tier: Tier
  /// Nanoseconds that no kernel can beat by the measured roofs; by operations alone, in no unit, where there are none.
  package let floor: Double
  /// Whether the floor is one of measured roofs.
  package let isBounded: Bool

  package init(key: CandidateKey, layout: PackedLayout?, tier: Tier, cost: Cost, roofs: RoofModel?) {
    self.key = key
    self.layout = layout
    self.tier = tier
    let bound = roofs?.bound(key.problem, cost: cost, threads: key.configuration.threads)?.nanoseconds
    isBounded = bound != nil
    floor = max(bound ?? cost.operations, .leastNormalMagnitude)
  }

  package var problem: Problem { key.problem }
  package var threads: Int { key.configuration.threads }
}

/// The points that a strategy chooses from, and which of them answer the same question.
package struct SearchSpace: Sendable {
  package let points: [SearchPoint]
  /// For each point the number of its place: those of one problem and thread count compete for one row of the plan.
  package let placeOf: [Int]
  /// The points of each place.
  package let places: [[Int]]
  /// The points of each place that share a layout: each layout keeps a winner until the whole model chooses among them.
  package let brackets: [[Int]]
  /// For each point the number of the memory that it reads, those of small matrices first: points of one matrix and layout share the cold
  /// copies of its weights, and taken one after the other they share the making of them.
  let memoryOf: [Int]

  package init(_ points: [SearchPoint]) {
    self.points = points
    var placeNumbers: [PlanKey: Int] = [:]
    var bracketNumbers: [PlanKey: Int] = [:]
    var places: [[Int]] = []
    var brackets: [[Int]] = []
    placeOf = points.indices.map { index in
      let point = points[index]
      var key = PlanKey(problem: point.problem, layout: point.layout, threads: point.threads)
      Self.sort(index, by: key, &bracketNumbers, &brackets)
      key.layout = nil
      return Self.sort(index, by: key, &placeNumbers, &places)
    }
    self.places = places
    self.brackets = brackets
    memoryOf = Self.memories(points)
  }

  private static func memories(_ points: [SearchPoint]) -> [Int] {
    var least: [Problem: Double] = [:]
    for point in points { least[point.problem.matrix] = min(least[point.problem.matrix] ?? .infinity, point.floor) }
    var numbers: [PlanKey: Int] = [:]
    func key(_ point: SearchPoint) -> PlanKey {
      PlanKey(problem: point.problem.matrix, layout: point.layout, threads: 1)
    }
    let sorted = points.enumerated().sorted {
      let (a, b) = (least[$0.element.problem.matrix] ?? 0, least[$1.element.problem.matrix] ?? 0)
      return (a, $0.offset) < (b, $1.offset)
    }
    for (_, point) in sorted where numbers[key(point)] == nil { numbers[key(point)] = numbers.count }
    return points.map { numbers[key($0)] ?? 0 }
  }

  @discardableResult
  private static func sort(
    _ index: Int, by key: PlanKey, _ numbers: inout [PlanKey: Int], _ groups: inout [[Int]]
  ) -> Int {
    if let number = numbers[key] {
      groups[number].append(index)
      return number
    }
    numbers[key] = groups.count
    groups.append([index])
    return groups.count - 1
  }
}
