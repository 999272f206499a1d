/// The hash of FIPS 180-4, by which texts are recognised; `sha256sum` gives the same.
enum SHA256 {
  static func hexadecimal(of bytes: ArraySlice<UInt8>) -> String {
    var message = Array(bytes)
    let bitCount = UInt64(message.count) * 8
    message.append(0x80)
    while message.count % 64 != 56 { message.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) { message.append(UInt8(truncatingIfNeeded: bitCount >> shift)) }
    var state = initial
    for block in stride(from: 0, to: message.count, by: 64) { absorb(message[block..<block + 64], into: &state) }
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private static func absorb(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
    var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { at in
      block[at..<at + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    for index in 16..<64 {
      let (a, b) = (words[index - 15], words[index - 2])
      let mixedA = rotate(a, 7) ^ rotate(a, 18) ^ a >> 3
      let mixedB = rotate(b, 17) ^ rotate(b, 19) ^ b >> 10
      words.append(words[index - 16] &+ mixedA &+ words[index - 7] &+ mixedB)
    }
    var v = state
    for index in 0..<64 {
      let high = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)
      let choice = v[4] & v[5] ^ ~v[4] & v[6]
      let first = v[7] &+ high &+ choice &+ constants[index] &+ words[index]
      let low = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)
      let majority = v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2]
      v = [first &+ low &+ majority, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
    }
    for index in state.indices { state[index] &+= v[index] }
  }

  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }

  /// The first 32 bits of the fractional parts of the square roots of the first eight primes, and below of the cube roots of the first 64.
  private static let initial = fractions(8) { $0.squareRoot() }
  private static let constants = fractions(64) { Self.cubeRoot($0) }

  private static func fractions(_ count: Int, _ root: (Double) -> Double) -> [UInt32] {
    let primes = (2..<312).filter { number in (2..<number).allSatisfy { number % $0 != 0 } }
    return primes.prefix(count).map { prime in
      let root = root(Double(prime))
      return UInt32((root - root.rounded(.down)) * 4_294_967_296)
    }
  }

  /// Newton's iteration; ends where it no longer moves.
  private static func cubeRoot(_ value: Double) -> Double {
    (0..<60).reduce(value) { root, _ in (2 * root + value / (root * root)) / 3 }
  }
}
