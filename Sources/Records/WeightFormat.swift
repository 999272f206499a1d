/// A quantized weight format: asymmetric codes of `bits` bits in groups of `group` input channels, each group with a scale and
/// a minimum.
package struct WeightFormat: Codable, Hashable, Sendable, CustomStringConvertible {
  /// Bits of a code: 2, 3, 4, 5 or 8.
  package let bits: Int
  /// Input channels that share a scale and a minimum: 32, 64 or 128.
  package let group: Int
  /// How scales and minima are kept.
  package let side: SideInformation

  package static let supportedBits = [2, 3, 4, 5, 8]
  package static let supportedGroups = [32, 64, 128]

  /// The formats of every supported width and group, and all side information.
  package static let all = SideInformation.allCases.flatMap { side in
    supportedBits.flatMap { bits in supportedGroups.map { WeightFormat(validBits: bits, group: $0, side: side) } }
  }

  /// The format with these parameters, or nil where `bits` or `group` is not supported.
  package init?(bits: Int, group: Int, side: SideInformation = .half) {
    guard Self.supportedBits.contains(bits), Self.supportedGroups.contains(group) else { return nil }
    self.init(validBits: bits, group: group, side: side)
  }

  private init(validBits bits: Int, group: Int, side: SideInformation) {
    self.bits = bits
    self.group = group
    self.side = side
  }

  /// 4 bit in groups of 32: the default of the package.
  package static let q4g32 = WeightFormat(validBits: 4, group: 32, side: .half)

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let bits = try values.decode(Int.self, forKey: .bits)
    let group = try values.decode(Int.self, forKey: .group)
    let side = try values.decodeIfPresent(SideInformation.self, forKey: .side) ?? .half
    guard let format = WeightFormat(bits: bits, group: group, side: side) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "no weight format of \(bits) bits in groups of \(group); bits are \(Self.supportedBits), "
            + "groups \(Self.supportedGroups)"))
    }
    self = format
  }

  private enum CodingKeys: String, CodingKey { case bits, group, side }

  /// f16 pairs, the only kind that older records know, are not written.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(bits, forKey: .bits)
    try values.encode(group, forKey: .group)
    if side != .half { try values.encode(side, forKey: .side) }
  }

  /// The largest code, 2^bits - 1.
  package var largestCode: Int { (1 << bits) - 1 }

  /// Groups along `k` input channels; the last may be short.
  package func groups(_ k: Int) -> Int { (k + group - 1) / group }

  /// Effective bits of a weight with its share of scale and minimum, for `k` input channels.
  package func effectiveBits(k: Int) -> Double { Double(bits) + Double(side.bits(groups: groups(k))) / Double(k) }

  /// `q4g32`, or `q4g32s8` with side information of 8 bits.
  package var description: String { "q\(bits)g\(group)\(side == .half ? "" : "s8")" }
}

/// How a format keeps the scale and the minimum of a group. Formats that differ in this round differently: the tuner never puts
/// one in the place of the other.
package enum SideInformation: String, Codable, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  /// Both in f16.
  case half = "f16"
  /// Both in 8 bits, in f16 steps of their row.
  case byte = "8bit"

  package var description: String { rawValue }

  /// Bits that a row of so many groups takes.
  package func bits(groups: Int) -> Int {
    switch self {
    case .half: 32 * groups
    // Two groups fill a line of a panel, and so do its steps.
    case .byte: 32 + 32 * ((groups + 1) / 2)
    }
  }
}

/// How a quantized matrix lies in memory. TTQ packs at run time, so the layout is a choice of the tuner.
package enum PackedLayout: String, Codable, Hashable, Sendable, CaseIterable {
  /// Row after row, each row a sequence of groups: scale, minimum, codes.
  case rows
  /// Panels of 16 rows side by side, four input channels of a row in each 32-bit lane.
  case panel16
  /// Panels of 16 rows side by side, one bit of sixteen input channels of a row in each 16-bit word.
  case planes16
  /// As panel16, with scales and minima in 8 bits and their steps at the head of each panel.
  case compact16

  /// The side information that it holds.
  package var side: SideInformation { self == .compact16 ? .byte : .half }
}
