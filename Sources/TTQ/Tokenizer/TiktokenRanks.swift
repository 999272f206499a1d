/// A `tokenizer.model` of tiktoken: one line for each token, its bytes in base64 and its rank, which is its id.
///
/// Llama 3 publishes its vocabulary so; the split pattern and the markers are those of its program.
struct TiktokenRanks {
  let vocabulary: Vocabulary
  let merges: MergeTable
  /// Llama 3's markers have the ids after the vocabulary.
  let markers: [AddedToken]

  /// Throws one line that names the file and the line in it.
  init(path: String) throws(ModelFileError) {
    var vocabulary = Vocabulary()
    var ranks: [(id: Int32, rank: UInt32)] = []
    let bytes = try readBytes(path: path)
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true).enumerated() {
      let field = JSONField(path: path, name: "line \(index + 1)", value: .null)
      guard let (token, rank) = Self.parse(line) else {
        throw field.expected(
          "a token in base64 and its rank (a SentencePiece model needs its tokenizer.json)", found: "else")
      }
      guard token.count <= MergeTable.longestToken else {
        throw field.expected("a token of at most \(MergeTable.longestToken) bytes", found: "\(token.count)")
      }
      try vocabulary.add(token, id: rank, named: String(decoding: token, as: UTF8.self), in: field)
      ranks.append((Int32(rank), UInt32(rank)))
    }
    guard !ranks.isEmpty else {
      throw .malformed(path: path, item: "the file", expected: "a token in each line", found: "none")
    }
    merges = MergeTable(ranks: ranks, vocabulary: vocabulary)
    markers = Self.markers(from: vocabulary.count)
    self.vocabulary = vocabulary
  }

  private static func parse(_ line: ArraySlice<UInt8>) -> (token: [UInt8], rank: Int)? {
    let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard parts.count == 2, let token = base64(parts[0]), !token.isEmpty,
      let rank = Int(String(decoding: parts[1], as: UTF8.self)), (0..<Vocabulary.idLimit).contains(rank)
    else { return nil }
    return (token, rank)
  }

  /// The bytes that base64 spells, with its padding; nil for anything else.
  private static func base64(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    var bytes: [UInt8] = []
    var (word, bits) = (UInt32(0), 0)
    let digits = text.prefix { $0 != UInt8(ascii: "=") }
    guard text.count - digits.count <= 2, text[digits.endIndex...].allSatisfy({ $0 == UInt8(ascii: "=") }) else {
      return nil
    }
    for digit in digits {
      guard let value = base64Digit(digit) else { return nil }
      word = word << 6 | value
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: word >> bits))
      }
    }
    return bytes
  }

  private static func base64Digit(_ digit: UInt8) -> UInt32? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }

  /// The 256 markers of Llama 3.1 and later; Llama 3 has the same ids where it has the names.
  private static func markers(from first: Int) -> [AddedToken] {
    var names = [
      "begin_of_text", "end_of_text", "reserved_special_token_0", "reserved_special_token_1", "finetune_right_pad_id",
      "step_id", "start_header_id", "end_header_id", "eom_id", "eot_id", "python_tag",
    ]
    names += (0..<256 - names.count).map { "reserved_special_token_\($0 + 2)" }
    return names.enumerated().map { offset, name in
      AddedToken(
        id: first + offset, text: Array("<|\(name)|>".utf8), special: true, stripsLeft: false, stripsRight: false)
    }
  }
}
