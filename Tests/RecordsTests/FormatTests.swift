internal import Foundation
internal import Records
internal import Testing

struct FormatTests {
  @Test(arguments: WeightFormat.all)
  func aSupportedFormatIsReadBack(format: WeightFormat) throws {
    let bytes = try JSONEncoder().encode(format)
    #expect(try JSONDecoder().decode(WeightFormat.self, from: bytes) == format)
    #expect(format.largestCode == (1 << format.bits) - 1)
  }

  @Test(arguments: [
    (0, 32), (1, 32), (6, 32), (7, 64), (16, 32), (-4, 32), (4, 0), (4, 16), (4, 33), (4, 256), (4, -32),
  ])
  func anUnsupportedFormatIsRefused(bits: Int, group: Int) {
    #expect(WeightFormat(bits: bits, group: group) == nil)
    let text = Data(#"{"bits":\#(bits),"group":\#(group)}"#.utf8)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(WeightFormat.self, from: text) }
  }

  @Test func sideInformationIsPartOfTheFormat() throws {
    let old = try JSONDecoder().decode(WeightFormat.self, from: Data(#"{"bits":4,"group":32}"#.utf8))
    #expect(old == .q4g32 && old.side == .half && old.description == "q4g32")
    #expect(try !String(decoding: JSONEncoder().encode(old), as: UTF8.self).contains("side"))
    let compact = try #require(WeightFormat(bits: 4, group: 32, side: .byte))
    #expect(compact != old && compact.description == "q4g32s8")
    #expect(old.effectiveBits(k: 1024) == 5 && compact.effectiveBits(k: 1024) == 4.5 + 32 / 1024)
  }

  @Test(arguments: [(1, 1), (32, 1), (33, 2), (1024, 32), (1025, 33)])
  func aShortLastGroupCounts(k: Int, groups: Int) {
    #expect(WeightFormat.q4g32.groups(k) == groups)
  }

  @Test(arguments: [
    (Int.min, TokenClass.one), (0, .one), (1, .one), (2, .few), (16, .few), (17, .some), (128, .some), (129, .many),
    (Int.max, .many),
  ])
  func tokensFallIntoTheirClass(tokens: Int, expected: TokenClass) {
    #expect(TokenClass(tokens: tokens) == expected)
    #expect(TokenClass(tokens: expected.representative) == expected)
  }

  @Test func aConfigurationWithoutASplitIsByRows() throws {
    let old = try JSONDecoder().decode(Configuration.self, from: Data(#"{"threads":2}"#.utf8))
    #expect(old == Configuration(threads: 2) && old.split == .rows && old.description == "2 threads")
    #expect(try JSONEncoder().encode(old) == Data(#"{"threads":2}"#.utf8))
    let byTokens = Configuration(threads: 2, split: .tokens)
    let read = try JSONDecoder().decode(Configuration.self, from: try JSONEncoder().encode(byTokens))
    #expect(read == byTokens && read.description == "2 threads by tokens")
  }

  @Test func onlyLongProductsAreSplitByTokens() {
    func splits(_ family: FamilyName, tokens: Int, threads: Int) -> [Configuration.Split] {
      Configuration.candidates(for: Problem(family: family, n: 64, k: 64, tokens: tokens), threads: threads).map(
        \.split)
    }
    #expect(splits(.qmatmul, tokens: 64, threads: 2) == [.rows, .tokens])
    #expect(splits(.matmul, tokens: 512, threads: 4) == [.rows, .tokens])
    #expect(splits(.qmatmul, tokens: 63, threads: 2) == [.rows])
    #expect(splits(.qmatmul, tokens: 512, threads: 1) == [.rows])
    #expect(splits(.statistic, tokens: 512, threads: 2) == [.rows])
  }

  @Test func namesHoldWhatDistinguishesProblems() {
    #expect(SampleRecords.problem.name == "qmatmul/q4g32/a8/3072x1024/t1")
    #expect(Problem(family: .statistic, k: 1024, tokens: 512).name == "statistic/1024/t512")
    let residual = Problem(family: .quantize, n: 64, k: 32, format: .q4g32, element: .bf16, rank: 16)
    #expect(residual.name == "quantize/q4g32/r16/bf16/64x32")
    let attention = Problem(
      family: .attention, n: 2048, k: 512, tokens: 1,
      heads: HeadShape(keyValueHeads: 8, dimension: 128), cache: .f16)
    #expect(attention.name == "attention/f16/2048x512/h8d128/t1")
    let fourth = Problem(family: .statistic, k: 64, tokens: 8, norm: .four)
    #expect(fourth.name == "statistic/p4/64/t8" && fourth.norm == .four)
    #expect(Problem(family: .statistic, k: 64, norm: .two).norm == nil)
  }

  @Test func aMachineIsNamedLikeAFolder() {
    #expect(SampleRecords.machine.name == "amd-26-2-1-avx512vnni-4c")
    var odd = SampleRecords.machine
    odd.vendor = "Odd/../Vendor"
    odd.isa = []
    #expect(odd.name == "odd----vendor-26-2-1-baseline-4c")
  }

  @Test func aShapeFileWithoutLinearsOrWithBadSizesIsRefused() throws {
    let folder = try ScratchFolder()
    var shape = ModelShape(
      name: "m", source: "s", element: .bf16, layers: 2, linears: [LinearShape(name: "qkv", n: 8, k: 4, count: 2)],
      heads: 2, keyValueHeads: 1, headDimension: 4)
    let path = try folder.file("shape.json")
    try RecordFile.write(RecordFile.encode(shape), to: path)
    #expect(try ModelShape(path: path) == shape)
    shape.linears[0].n = 0
    try RecordFile.write(RecordFile.encode(shape), to: path)
    #expect(throws: RecordError.self) { try ModelShape(path: path) }
    shape.linears = []
    try RecordFile.write(RecordFile.encode(shape), to: path)
    #expect(throws: RecordError.self) { try ModelShape(path: path) }
  }

  @Test func aRankOfZeroIsNotWritten() throws {
    var problem = Problem(family: .quantize, n: 64, k: 32, format: .q4g32, element: .bf16)
    let plain = try JSONEncoder().encode(problem)
    #expect(!String(decoding: plain, as: UTF8.self).contains("rank"))
    #expect(try JSONDecoder().decode(Problem.self, from: plain) == problem)
    problem.rank = 16
    #expect(try JSONDecoder().decode(Problem.self, from: JSONEncoder().encode(problem)) == problem)
  }
}
