internal import Records

/// What was measured of a variant says what it should take elsewhere: its distance from the roof stays about the same from shape to shape.
///
/// Time = overhead + slack x floor, where the floor is the larger of bytes/roof and operations/roof, the slack is the
/// variant's own, and the overhead is what the fastest call at that thread count took.
package struct Forecast: Sendable {
  package struct Expectation: Hashable, Sendable {
    package let nanoseconds: Double
    /// Whether it comes from the same token count; across token counts a tile may behave otherwise.
    package let sameTokens: Bool
    /// Whether it comes from about as many input channels, too; how well a tile does depends on them.
    package let isAlike: Bool
  }

  /// The points that are alike but for the shape.
  private struct Line: Hashable {
    var family: FamilyName
    var formats: String
    var variant: String
    var configuration: Configuration

    init(_ point: SearchPoint) {
      family = point.problem.family
      formats = point.problem.formatName
      variant = point.key.variant
      configuration = point.key.configuration
    }
  }

  private struct Sighting {
    var tokens: Int
    var channels: Int
    var floor: Double
    var median: Double

    /// Whether a tile behaves for `problem` as it did here.
    func isLike(_ problem: Problem) -> Bool {
      tokens == problem.tokens && channels <= 2 * problem.k && problem.k <= 2 * channels
    }
  }

  private var sightings: [Line: [Sighting]] = [:]
  private var overhead: [Int: Double] = [:]

  mutating func learn(_ point: SearchPoint, median: Double) {
    sightings[Line(point), default: []].append(
      Sighting(tokens: point.problem.tokens, channels: point.problem.k, floor: point.floor, median: median))
    overhead[point.threads] = min(overhead[point.threads] ?? .infinity, median)
  }

  /// What the nearest problem that is alike lets expect, else of the same token count, else the nearest of all. Another stream changes a
  /// time by a part of it, so one that was never seen is expected to take what the usual one does.
  func expected(_ point: SearchPoint) -> Expectation? {
    let problem = point.problem
    func distance(_ sighting: Sighting) -> (Int, Double) {
      let ratio = sighting.floor / point.floor
      return (sighting.isLike(problem) ? 0 : sighting.tokens == problem.tokens ? 1 : 2, max(ratio, 1 / ratio))
    }
    var line = Line(point)
    if sightings[line] == nil { line.configuration.stream = nil }
    guard let known = sightings[line]?.min(by: { distance($0) < distance($1) }) else { return nil }
    let fixed = overhead[point.threads] ?? 0
    let slack = max(known.median - fixed, 0) / known.floor
    return Expectation(
      nanoseconds: fixed + slack * point.floor, sameTokens: known.tokens == problem.tokens,
      isAlike: known.isLike(problem))
  }
}
