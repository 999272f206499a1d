/// One line of `ttq bench --json`.
package struct BenchRow: Codable, Hashable, Sendable {
  package var family: String
  package var variant: String
  package var bits: Int?
  package var group: Int?
  package var n: Int
  package var k: Int
  package var tokens: Int
  package var threads: Int
  package var warm: Bool
  package var medianNanoseconds: Double?
  package var lowNanoseconds: Double?
  package var highNanoseconds: Double?
  package var gbps: Double?
  package var gops: Double?
  /// The name of the roof that bounds the problem.
  package var roof: String?
  /// The share of that roof, 0...1.
  package var share: Double?
  package var error: Double?
  package var status: CandidateStatus

  /// The row of a measured candidate.
  package init(_ result: CandidateResult, warm: Bool) {
    family = result.problem.family.rawValue
    variant = result.variant
    bits = result.problem.format?.bits
    group = result.problem.format?.group
    n = result.problem.n
    k = result.problem.k
    tokens = result.problem.tokens
    threads = result.configuration.threads
    self.warm = warm
    medianNanoseconds = result.timing?.medianNanoseconds
    lowNanoseconds = result.timing?.lowNanoseconds
    highNanoseconds = result.timing?.highNanoseconds
    gbps = result.timing.map { result.cost.bytes / $0.medianNanoseconds }
    gops = result.timing.map { result.cost.operations / $0.medianNanoseconds }
    roof = result.roof
    share = result.share
    error = result.error
    status = result.status
  }

  private enum CodingKeys: String, CodingKey {
    case family, variant, bits, group, n, k, tokens, threads, warm, gbps, gops, roof, share, error, status
    case medianNanoseconds = "median_ns"
    case lowNanoseconds = "low_ns"
    case highNanoseconds = "high_ns"
  }

  /// Every field stands in every line; what is not known is null.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(family, forKey: .family)
    try values.encode(variant, forKey: .variant)
    try values.encode(bits, forKey: .bits)
    try values.encode(group, forKey: .group)
    try values.encode(n, forKey: .n)
    try values.encode(k, forKey: .k)
    try values.encode(tokens, forKey: .tokens)
    try values.encode(threads, forKey: .threads)
    try values.encode(warm, forKey: .warm)
    try values.encode(medianNanoseconds, forKey: .medianNanoseconds)
    try values.encode(lowNanoseconds, forKey: .lowNanoseconds)
    try values.encode(highNanoseconds, forKey: .highNanoseconds)
    try values.encode(gbps, forKey: .gbps)
    try values.encode(gops, forKey: .gops)
    try values.encode(roof, forKey: .roof)
    try values.encode(share, forKey: .share)
    try values.encode(error, forKey: .error)
    try values.encode(status, forKey: .status)
  }
}
