import Foundation
import Kernels
import Records
import TTQ
import Testing

/// The part of the weights that is not quantized.
@Suite(.enabled(if: hasOpenBLAS, "needs libopenblas.so.0")) struct LowRankTests {
  private let folder: TestFolder
  private let model: LanguageModel
  private let tokens = (0..<64).map { $0 * 37 % 4096 }

  init() throws {
    folder = try TestFolder()
    model = try LanguageModel(folder: TestData.demoModel)
  }

  private func logits(_ parts: [String: LowRankPart], bits: Int) throws -> (logits: [Float], bits: Double) {
    var options = try SessionOptions.testing(.ttq, bits: bits)
    options.lowRank = parts
    let session = try Session(model, options)
    return (try session.prefillAll(tokens), session.effectiveBits)
  }

  /// A matrix of low rank is found again, both by the whole decomposition and by the random subspace.
  @Test(arguments: [[40, 25], [1000, 900]])
  func findsLowRankAgain(_ shape: [Int]) throws {
    let (n, k) = (shape[0], shape[1])
    let blas = try OpenBLAS.loaded.get()
    let (b, a) = ((0..<n * 3).map { sin(Float($0)) }, (0..<3 * k).map { cos(Float($0 * 7)) })
    func product(_ b: [Float], _ a: [Float], _ rank: Int, _ index: Int) -> Float {
      (0..<rank).reduce(0) { $0 + b[index / k * rank + $1] * a[$1 * k + index % k] }
    }
    let matrix = (0..<n * k).map { product(b, a, 3, $0) }
    let found = try #require(blas.truncatedSVD(matrix, n: n, k: k, rank: 4))
    let worst = stride(from: 0, to: n * k, by: 7).map { abs(product(found.b, found.a, 4, $0) - matrix[$0]) }.max()
    #expect(worst ?? 1 < 1e-3)
  }

  @Test func comesCloserAndCounts() throws {
    let full = try Session(model, .testing(.full)).prefillAll(tokens)
    let cache = LowRankCache(folder: folder.path)
    let parts = try cache.parts(of: model, rank: .fixed(16)) { Issue.record("\($0)") }
    let (plain, with) = (try logits([:], bits: 2), try logits(parts, bits: 2))
    #expect(with.logits.distance(to: full) < plain.logits.distance(to: full))
    #expect(with.bits > plain.bits + 1 && with.bits < plain.bits + 2)
    let cheap = try cache.parts(of: model, rank: .auto) { Issue.record("\($0)") }
    let extra = try logits(cheap, bits: 2).bits - plain.bits
    #expect(extra > 0.3 && extra <= 0.4)
  }

  /// What is cached is what was made; a file that was changed is announced and made again.
  @Test func cached() throws {
    let cache = LowRankCache(folder: "\(folder.path)/new")
    let made = try cache.parts(of: model, rank: .fixed(2)) { Issue.record("\($0)") }
    let again = try cache.parts(of: model, rank: .fixed(2)) { Issue.record("\($0)") }
    for (name, part) in made { #expect(again[name]?.factors.stored.b == part.factors.stored.b) }
    let file = try #require(FileManager.default.contentsOfDirectory(atPath: cache.folder).first)
    let url = URL(filePath: "\(cache.folder)/\(file)")
    var bytes = try Data(contentsOf: url)
    bytes[bytes.count - 40] ^= 1
    try bytes.write(to: url)
    var notes: [String] = []
    let mended = try cache.parts(of: model, rank: .fixed(2)) { notes.append($0) }
    #expect(notes.count == 1 && notes.first?.contains(file) == true)
    for (name, part) in made { #expect(mended[name]?.factors.stored.a == part.factors.stored.a) }
  }
}

/// Whether the library that decomposes matrices is there.
let hasOpenBLAS = if case .success = OpenBLAS.loaded { true } else { false }
