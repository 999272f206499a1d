/// The letters with which byte-level vocabularies spell bytes: printable Latin-1 stands for itself, and the other 68
/// bytes in their order for U+0100 and after.
enum ByteAlphabet {
  /// Appends the bytes that `text` spells; false, with nothing appended, where it holds another letter.
  static func decode(_ text: String, into bytes: inout [UInt8]) -> Bool {
    let count = bytes.count
    for scalar in text.unicodeScalars {
      guard let byte = byte(scalar) else {
        bytes.removeLast(bytes.count - count)
        return false
      }
      bytes.append(byte)
    }
    return true
  }

  private static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
    switch scalar.value {
    case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: UInt8(scalar.value)
    case 0x100...0x120: UInt8(scalar.value - 0x100)
    case 0x121...0x142: UInt8(scalar.value - 0x121 + 0x7F)
    case 0x143: 0xAD
    default: nil
    }
  }
}
