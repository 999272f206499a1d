import Foundation
import TTQ
import Testing

/// Random small vocabularies against merging as it is defined: the earliest merge first, leftmost, one at a time.
@Suite struct BytePairTests {
  /// A linear congruential generator: the same vocabularies on every machine.
  private struct Numbers {
    var state: UInt64
    mutating func next(below bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
  }

  @Test(arguments: 0..<40, [false, true])
  func equalsTheDefinition(_ seed: Int, _ byteLevel: Bool) throws {
    var numbers = Numbers(state: UInt64(seed))
    var tokens = ["a", "b", "c", "d"]
    var merges: [(String, String)] = []
    for _ in 0..<12 {
      let pair = (tokens[numbers.next(below: tokens.count)], tokens[numbers.next(below: tokens.count)])
      if tokens.contains(pair.0 + pair.1) { continue }
      tokens.append(pair.0 + pair.1)
      merges.append(pair)
    }
    let folder = try TestFolder()
    let vocabulary = tokens.enumerated().map { "\"\($0.element)\":\($0.offset)" }.joined(separator: ",")
    let rows = merges.map { "[\"\($0.0)\",\"\($0.1)\"]" }.joined(separator: ",")
    let bytes = #","pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}"#
    try folder.write(
      "tokenizer.json", "{\"model\":{\"vocab\":{\(vocabulary)},\"merges\":[\(rows)]}\(byteLevel ? bytes : "")}")
    let tokenizer = try Tokenizer(folder: folder.path)
    for length in [0, 1, 2, 3, 5, 8, 20, 63, 64, 65, 200] {
      let letters = (0..<length).map { _ in tokens[numbers.next(below: 4)] }
      var expected = letters
      for merge in merges { expected = Self.apply(merge, to: expected) }
      let ids = try tokenizer.encode(letters.joined())
      #expect(ids == expected.map { tokens.firstIndex(of: $0) ?? -1 }, "\(merges) \(letters.joined())")
      #expect(tokenizer.decode(ids) == letters.joined())
    }
  }

  private static func apply(_ merge: (String, String), to symbols: [String]) -> [String] {
    var result: [String] = []
    var index = 0
    while index < symbols.count {
      if index + 1 < symbols.count, symbols[index] == merge.0, symbols[index + 1] == merge.1 {
        result.append(merge.0 + merge.1)
        index += 2
      } else {
        result.append(symbols[index])
        index += 1
      }
    }
    return result
  }
}
