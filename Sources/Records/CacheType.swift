/// How the keys and values of past positions are kept.
package enum CacheType: String, Codable, Hashable, Sendable, CaseIterable {
  case f32, f16
  /// Codes within -127...127 with one f32 scale for each (head, position): max|x| / 127.
  case int8

  /// Bytes of one element, without its share of a scale.
  package var elementBytes: Int {
    switch self {
    case .f32: 4
    case .f16: 2
    case .int8: 1
    }
  }

  /// Whether positions have scales.
  package var isScaled: Bool { self == .int8 }

  /// Bytes of the keys, or of the values, of one head of `dimension` elements at one position.
  package func bytes(dimension: Int) -> Int { elementBytes * dimension + (isScaled ? 4 : 0) }
}
