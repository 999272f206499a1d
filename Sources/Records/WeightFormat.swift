/// A quantized weight format: asymmetric codes of `bits` bits in groups of `group` input channels, each group with an f16
/// scale and an f16 minimum.
package struct WeightFormat: Codable, Hashable, Sendable, CustomStringConvertible {
  /// Bits of a code: 2, 3, 4, 5 or 8.
  package let bits: Int
  /// Input channels that share a scale and a minimum: 32, 64 or 128.
  package let group: Int

  package static let supportedBits = [2, 3, 4, 5, 8]
  package static let supportedGroups = [32, 64, 128]

  /// The formats of every supported width and group.
  package static let all = supportedBits.flatMap { bits in
    supportedGroups.map { WeightFormat(validBits: bits, group: $0) }
  }

  /// The format with these parameters, or nil where `bits` or `group` is not supported.
  package init?(bits: Int, group: Int) {
    guard Self.supportedBits.contains(bits), Self.supportedGroups.contains(group) else { return nil }
    self.init(validBits: bits, group: group)
  }

  private init(validBits bits: Int, group: Int) {
    self.bits = bits
    self.group = group
  }

  /// 4 bit in groups of 32: the default of the package.
  package static let q4g32 = WeightFormat(validBits: 4, group: 32)

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let bits = try values.decode(Int.self, forKey: .bits)
    let group = try values.decode(Int.self, forKey: .group)
    guard let format = WeightFormat(bits: bits, group: group) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "no weight format of \(bits) bits in groups of \(group); bits are \(Self.supportedBits), "
            + "groups \(Self.supportedGroups)"))
    }
    self = format
  }

  /// The largest code, 2^bits - 1.
  package var largestCode: Int { (1 << bits) - 1 }

  /// Groups along `k` input channels; the last may be short.
  package func groups(_ k: Int) -> Int { (k + group - 1) / group }

  /// Effective bits of a weight with its share of scale and minimum, for `k` input channels.
  package func effectiveBits(k: Int) -> Double { Double(bits) + 32 * Double(groups(k)) / Double(k) }

  package var description: String { "q\(bits)g\(group)" }
}

/// How a quantized matrix lies in memory. TTQ packs at run time, so the layout is a choice of the tuner.
package enum PackedLayout: String, Codable, Hashable, Sendable, CaseIterable {
  /// Row after row, each row a sequence of groups: scale, minimum, codes.
  case rows
  /// Panels of 16 rows side by side, four input channels of a row in each 32-bit lane.
  case panel16
  /// Panels of 16 rows side by side, one bit of sixteen input channels of a row in each 16-bit word.
  case planes16
}
