import TTQ

/// Damaged copies of files, the same on every run.
enum Damage {
  /// What breaks JSON, numbers and lists.
  private static let splices = [
    "-", "1e999", "null", "\"", "{", "]", "99999999999999999999", "\u{0}", "\n", "true", "4194303", " ", ",0", "(+*",
  ]

  /// A copy with one to four wounds: bytes changed, cut out, put in, doubled, or the end gone.
  static func damage(_ bytes: [UInt8], seed: UInt64) -> [UInt8] {
    var generator = SplitMix64(state: seed)
    var damaged = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) where !damaged.isEmpty {
      let place = Int.random(in: 0..<damaged.count, using: &generator)
      switch Int.random(in: 0..<7, using: &generator) {
      case 0: damaged[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: damaged.removeSubrange(place..<min(damaged.count, place + 40))
      case 3: damaged.insert(contentsOf: Array(splices.randomElement(using: &generator)?.utf8 ?? "".utf8), at: place)
      case 4: damaged.insert(contentsOf: damaged[..<place].suffix(60), at: place)
      case 5:
        // Digits keep the file well formed and change ids.
        guard let digit = damaged[place...].firstIndex(where: { (0x30...0x39).contains($0) }) else { continue }
        damaged[digit] = UInt8.random(in: 0x30...0x39, using: &generator)
      default: damaged.removeSubrange(place...)
      }
    }
    return damaged
  }
}
