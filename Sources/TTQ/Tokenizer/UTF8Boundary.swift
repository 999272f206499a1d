/// Where the scalars of UTF-8 text begin and end.
enum UTF8Boundary {
  /// Bytes of the scalar that starts with `lead`; 1 for a byte that starts none.
  static func length(lead: UInt8) -> Int {
    switch lead {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 1
    }
  }

  /// How many bytes at the end belong to a scalar whose rest has not come yet: 0...3.
  static func unfinished(_ bytes: [UInt8]) -> Int {
    for back in 1...3 where back <= bytes.count {
      let byte = bytes[bytes.count - back]
      if byte & 0xC0 != 0x80 { return length(lead: byte) > back ? back : 0 }
    }
    return 0
  }
}
