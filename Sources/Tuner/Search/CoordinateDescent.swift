internal import Records

/// Walks from the rule's choice for each problem and thread count to the best point that differs in one coordinate, and on from there until
/// no coordinate helps.
///
/// The coordinates of a point are those of its name and configuration: instruction set, tile, split, unroll, prefetch distance.
struct CoordinateDescent: SearchStrategy {
  private let space: SearchSpace
  private let coordinates: [[String]]
  /// Places that were not begun, the next one last.
  private var places: [Int]
  private var walk: Walk?

  private static let share = 0.125
  private static let samples = 5

  /// The way through one place.
  private struct Walk {
    let place: Int
    var at: Int
    var axis = 0
    /// Axes in a row along which nothing was better.
    var settled = 0
    var open: [Int]
  }

  init(_ space: SearchSpace, seed: UInt64) {
    self.space = space
    coordinates = space.points.map(Self.coordinates)
    places = space.places.indices.reversed()
  }

  mutating func next(_ evidence: Evidence) -> SearchOrder? {
    while true {
      if var current = walk {
        let point = advance(&current, evidence)
        walk = point == nil ? nil : current
        if let point { return SearchOrder(point: point, share: Self.share, minimumSamples: Self.samples) }
      }
      guard let place = places.popLast() else { return nil }
      let start = space.places[place].min { space.points[$0].tier < space.points[$1].tier } ?? space.places[place][0]
      walk = Walk(place: place, at: start, open: [start])
    }
  }

  var left: Int { places.reduce(walk?.open.count ?? 0) { $0 + space.places[$1].count } }

  /// The next point to measure on the walk, which moves on where an axis is done; nil where it is at its end.
  private func advance(_ walk: inout Walk, _ evidence: Evidence) -> Int? {
    let axes = coordinates[walk.at].count
    while true {
      while let point = walk.open.popLast() { if evidence.observations[point] == nil { return point } }
      guard walk.settled < axes else { return nil }
      let line = line(through: walk.at, along: walk.axis, in: walk.place)
      if line.contains(where: { evidence.observations[$0] == nil }) {
        walk.open = line
        continue
      }
      let best = evidence.ranked(line).first?.point ?? walk.at
      walk.settled = best == walk.at ? walk.settled + 1 : 1
      walk.at = best
      walk.axis = (walk.axis + 1) % axes
    }
  }

  /// The points that differ from `point` in coordinate `axis` alone, and itself.
  private func line(through point: Int, along axis: Int, in place: Int) -> [Int] {
    space.places[place].filter { other in
      coordinates[point].indices.allSatisfy { $0 == axis || coordinates[other][$0] == coordinates[point][$0] }
    }
  }

  /// `a8/avx512vnni_r16x8` by rows: a8/avx512vnni, r16x8, rows, 1, 8192.
  private static func coordinates(_ point: SearchPoint) -> [String] {
    let name = point.key.variant
    let cut = name.lastIndex(of: "_") ?? name.endIndex
    let configuration = point.key.configuration
    let stream = configuration.stream ?? .standard
    return [
      String(name[..<cut]), String(name[cut...]), configuration.split.rawValue, "\(stream.unroll)",
      "\(stream.prefetch)",
    ]
  }
}
