import Foundation
import TTQ
import Testing

/// The demo model's tokenizer, which every machine has.
@Suite struct TokenizerTests {
  let tokenizer: Tokenizer

  init() throws { tokenizer = try Tokenizer(folder: TestData.demoModel) }

  @Test(arguments: [
    "", " ", "\n", "Hello, world!", "don't  DON'T\r\n\tx",
    "e\u{301}té \u{1F600}\u{200D}\u{1F525} 한국어 \u{1112}\u{1161}\u{11AB}",
    "a\u{0}b\u{7F}", "12345 3.14", "<|endoftext|>", "\u{1113}\u{116E}", String(repeating: " ", count: 5000) + "x",
  ])
  func roundTrip(_ text: String) throws {
    // `==` of strings is canonical equivalence, which composition keeps.
    #expect(tokenizer.decode(try tokenizer.encode(text)) == text)
  }

  @Test func composesCanonically() throws {
    for (apart, joined) in [
      ("e\u{301}", "é"), ("A e\u{301}\u{302}z", "A é\u{302}z"), ("\u{1112}\u{1161}\u{11AB}", "한"),
    ] {
      #expect(try tokenizer.encode(apart) == tokenizer.encode(joined))
    }
  }

  @Test func specialTokensOnRequestOnly() throws {
    let text = "<|im_start|>user\nHi<|im_end|>"
    let plain = try tokenizer.encode(text)
    let special = try tokenizer.encode(text, special: true)
    #expect(!plain.contains(1) && !plain.contains(2))
    #expect(special.first == 1 && special.last == 2)
    #expect(special.dropFirst().dropLast() == (try tokenizer.encode("user\nHi"))[...])
    #expect(tokenizer.decode(plain) == text)
    #expect(tokenizer.decode(special) == "user\nHi")
    #expect(tokenizer.decode(special, special: true) == text)
  }

  @Test func idsWithoutTokenAreNothing() {
    #expect(tokenizer.decode([-1, 4096, Int.max, Int.min]) == "")
  }

  @Test func streamHoldsBackUnfinishedScalars() throws {
    // Bytes of one scalar come as one token each.
    let ids = try tokenizer.encode("\u{1F98B}")
    #expect(ids.count > 1)
    var stream = tokenizer.stream()
    for id in ids.dropLast() { #expect(stream.append(id) == "") }
    #expect(stream.append(ids[ids.count - 1]) == "\u{1F98B}")
    #expect(stream.finish() == "")
    for id in ids.dropLast() { #expect(stream.append(id) == "") }
    #expect(stream.finish() == "\u{FFFD}")
    #expect(tokenizer.decode([ids[0], 3]) == "\u{FFFD}!")
  }

  @Test func streamOfAnyTokensIsTheirText() {
    var state: UInt64 = 1
    let ids = (0..<20_000).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % 300
    }
    var stream = tokenizer.stream()
    var text = ""
    for id in ids { text += stream.append(id) }
    text += stream.finish()
    #expect(Array(text.utf8) == Array(tokenizer.decode(ids).utf8))
  }

  /// A million bytes that the pattern cannot cut: quadratic work would not come back.
  @Test(arguments: ["a", " ", "!", "é", "\n"])
  func longWords(_ unit: String) throws {
    let text = String(repeating: unit, count: 1 << 20)
    #expect(tokenizer.decode(try tokenizer.encode(text)) == text)
  }

  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data"))
  func referenceTokens() throws {
    let file = try SafetensorsFile(path: TestData.shared("models/ttq-demo/reference.safetensors"))
    let expected = try file.integers("tokens")
    #expect(expected.count == 256)
    let text = try TestData.text(TestData.shared("text/demo_valid.txt"))
    #expect(try tokenizer.encode(text).prefix(256) == expected[...])
  }
}
