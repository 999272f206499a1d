internal import Records

/// Numbers with their nouns.
enum Words {
  /// `1 problem`, `3 problems`, `no problem`.
  static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    switch number {
    case 0: "no \(noun)"
    case 1: "1 \(noun)"
    default: "\(number) \(plural ?? noun + "s")"
    }
  }

  static func threads(_ count: Int) -> String { Configuration(threads: count).description }

  /// `a`, `a and b`, `a, b and c`.
  static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }

  /// Bytes as `48 KiB`, `2.00 MiB`.
  static func bytes(_ bytes: Int) -> String {
    switch bytes {
    case ..<1024: "\(bytes) B"
    case ..<1_048_576: "\(Unit.significant(Double(bytes) / 1024)) KiB"
    case ..<1_073_741_824: "\(Unit.significant(Double(bytes) / 1_048_576)) MiB"
    default: "\(Unit.significant(Double(bytes) / 1_073_741_824)) GiB"
    }
  }
}
